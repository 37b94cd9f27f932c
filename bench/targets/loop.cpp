// Calls handle as often as each line of its input says, and says how long a call took.
#include <chrono>
#include <cstdio>
#include <string>
#include <unistd.h>

struct User {
    long id;
    std::string name;
};

[[gnu::noinline]] long leaf(long n) { asm volatile("" ::: "memory"); return n; }

[[gnu::noinline]] long handle(long id, const std::string &key, User *user) {
    long n = leaf(id);
    asm volatile("" ::: "memory"); return n + (long)key.size() + user->id;
}

int main() {
    printf("ready %d\n", getpid());
    fflush(stdout);
    std::string key = "user:123456";
    User user{7, "alice"};
    long calls, sum = 0;
    while (scanf("%ld", &calls) == 1) {
        auto start = std::chrono::steady_clock::now();
        for (long i = 0; i < calls; i++)
            sum += handle(i, key, &user);
        long took = std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count();
        printf("took %ld %ld\n", took / calls, sum);
        fflush(stdout);
    }
}
