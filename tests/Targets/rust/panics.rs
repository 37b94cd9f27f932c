// Calls that a panic ends, caught further up.
mod protocol;

use std::hint::black_box;
use std::panic::{catch_unwind, set_hook};

/// panicking: panics for odd numbers.
#[inline(never)]
fn panicking(n: i64) -> i64 {
    if n % 2 == 1 {
        panic!("odd");
    }
    black_box(n) + 1
}

/// passed: a panic passes, and drops a vector on its way.
#[inline(never)]
fn passed(n: i64) -> i64 {
    let list = black_box(vec![n; 3]);
    panicking(n) + list[1]
}

/// caught: catches it.
#[inline(never)]
fn caught(n: i64) -> i64 {
    catch_unwind(|| passed(n)).unwrap_or(-1)
}

fn main() {
    set_hook(Box::new(|_| {}));
    protocol::run(|| {
        for n in 0..10 {
            black_box(caught(black_box(n)));
        }
    });
}
