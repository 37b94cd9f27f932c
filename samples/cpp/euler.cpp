// Euler computes Euler's number over and over, with a different number of terms each time: something to point
// sonde at. Build: g++ -g -O2 -o euler euler.cpp. Run: ./euler [CALLS [PAUSE-MS]]; 0 calls is without end.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <unistd.h>

namespace euler {

// Adds up the first terms of 1/0! + 1/1! + 1/2! + …
[[gnu::noinline]] double compute(std::int64_t iterations) {
    double result = 1, term = 1;
    for (std::int64_t i = 1; i <= iterations; i++) {
        term /= static_cast<double>(i);
        result += term;
    }
    return result;
}

} // namespace euler

int main(int argc, char** argv) {
    const long calls = argc > 1 ? std::atol(argv[1]) : 0;
    const long pause = argc > 2 ? std::atol(argv[2]) : 500;
    std::cout << "pid " << getpid() << std::endl;
    std::cout.precision(15);
    for (long call = 1; calls == 0 || call <= calls; call++) {
        std::cout << "e = " << euler::compute(call % 20) << std::endl;
        std::this_thread::sleep_for(std::chrono::milliseconds(pause));
    }
}
