// Calls from several threads at once. Arguments: threads, calls of each.
mod protocol;

use std::{env, hint::black_box, thread};

// work: each pair of arguments comes exactly once.
#[inline(never)]
fn work(worker: i64, call: i64) -> i64 {
    black_box(worker);
    black_box(call * 2)
}

fn main() {
    let numbers: Vec<i64> = env::args().skip(1).map(|text| text.parse().expect("a number")).collect();
    protocol::run(|| {
        let threads: Vec<_> = (0..numbers[0])
            .map(|worker| {
                let calls = numbers[1];
                thread::spawn(move || {
                    for call in 0..calls {
                        black_box(work(worker, call));
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("no panic");
        }
    });
}
