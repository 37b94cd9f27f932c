// Calls from several threads at once. Arguments: threads, calls of each.
#include <pthread.h>
#include <stdlib.h>

#include "protocol.h"

static long calls;

// work: each pair of arguments comes exactly once.
PROBED long work(long worker, long call) {
    KEEP(worker);
    return call * 2;
}

static void *worker(void *number) {
    for (long call = 0; call < calls; call++) {
        work((long)number, call);
    }
    return NULL;
}

int main(int argc, char **argv) {
    long count = argc > 1 ? atol(argv[1]) : 1;
    pthread_t threads[64];
    if (count > 64) {
        return 1;
    }
    calls = argc > 2 ? atol(argv[2]) : 1;
    ready();
    for (long i = 0; i < count; i++) {
        pthread_create(&threads[i], NULL, worker, (void *)i);
    }
    for (long i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
    }
    done();
}
