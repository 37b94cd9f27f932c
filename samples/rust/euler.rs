// Euler computes Euler's number over and over, with a different number of terms each time: something to point
// sonde at. Build: rustc -g -O euler.rs. Run: ./euler [CALLS [PAUSE-MS]]; 0 calls is without end.
use std::{env, process, thread, time::Duration};

/// Adds up the first terms of 1/0! + 1/1! + 1/2! + …
#[inline(never)]
fn compute_e(iterations: i64) -> f64 {
    let (mut result, mut term) = (1.0, 1.0);
    for i in 1..=iterations {
        term /= i as f64;
        result += term;
    }
    result
}

fn main() {
    let mut numbers = env::args().skip(1).map(|text| text.parse::<i64>().expect("a number"));
    let calls = numbers.next().unwrap_or(0);
    let pause = Duration::from_millis(numbers.next().unwrap_or(500) as u64);
    println!("pid {}", process::id());
    let mut call = 1;
    while calls == 0 || call <= calls {
        println!("e = {:.15}", compute_e(call % 20));
        thread::sleep(pause);
        call += 1;
    }
}
