//! Lines in straight code, loops, matches, closures, generics, methods, and functions that are inlined. A comment `@N` says
//! how often the line is executed.
mod protocol;

use std::hint::black_box;
use std::sync::atomic::{AtomicI64, Ordering};

static SINK: AtomicI64 = AtomicI64::new(0);

#[inline(never)]
fn note(v: i64) {
    SINK.fetch_add(v, Ordering::Relaxed);
}

struct Item {
    price: i64,
    count: i64,
}

impl Item {
    #[inline(never)]
    fn total(&self, rebate: i64) -> i64 {
        let all = self.price * self.count;
        note(all);          // @3
        let rest = all - rebate;
        note(rest);         // @3
        rest
    }
}

// straight: parameters and locals, one after the other.
#[inline(never)]
fn straight(a: i64, s: &str) -> i64 {
    let b = a * 2;
    note(b);                // @3
    let c = b + s.len() as i64;
    note(c);                // @3
    b + c
}

// loops: ranges, iterators, while.
#[inline(never)]
fn loops(n: i64, values: &[i64]) -> i64 {
    let mut all = 0;
    for i in 0..n {
        note(i);            // @9
        all += i;
    }
    for v in values {
        note(*v);           // @9
        all += *v;
    }
    let mut left = n;
    while left > 0 {
        note(left);         // @9
        left -= 1;
    }
    all
}

// shadow: one name again and again.
#[inline(never)]
fn shadow(x: i64) -> i64 {
    let y = x + 1;
    let x = y * 10;
    note(x);                // @2
    {
        let x = black_box("inner");
        note(x.len() as i64);   // @2
    }
    note(x + y);            // @2
    x + y
}

// choose: the arms of a match, with what they bind.
#[inline(never)]
fn choose(v: Option<i64>) -> i64 {
    match v {
        Some(n) if n > 5 => {
            note(n);        // @1
            n
        }
        Some(n) => {
            note(n + 1);    // @2
            -n
        }
        None => {
            note(0);        // @1
            0
        }
    }
}

// add: inlined wherever it is called.
#[inline(always)]
fn add(a: i64, b: i64) -> i64 {
    let c = a + b;
    note(c);                // @12
    c * 2
}

#[inline(never)]
fn calls(n: i64) -> i64 {
    let mut r = 0;
    for k in 0..n {
        r = add(r, k);      // @10
    }
    add(r, 7)               // @2
}

// generic: two instances.
#[inline(never)]
fn generic<T: Clone + Into<i64>>(value: T) -> i64 {
    let copy = value.clone();
    note(copy.into());      // @3
    1
}

// closures: captured by reference and by value.
#[inline(never)]
fn closures(base: i64) -> i64 {
    let mut count = 0;
    let mut more = |by: i64| {
        count += by;
        note(base + by);    // @6
    };
    for i in 1..=black_box(3) {
        more(i);            // @6
    }
    count
}

fn main() {
    protocol::run(|| {
        for i in 1..=3 {
            black_box(straight(black_box(i * 7), "text"));
            black_box(loops(black_box(3), black_box(&[1, 2, 3])));
            black_box(Item { price: i, count: 3 }.total(black_box(i)));
        }
        black_box(shadow(black_box(1)));
        black_box(shadow(black_box(2)));
        for v in [Some(1), Some(2), Some(9), None] {
            black_box(choose(black_box(v)));
        }
        black_box(calls(black_box(4)));
        black_box(calls(black_box(6)));
        black_box(generic(black_box(1i32)));
        black_box(generic(black_box(2i64)));
        black_box(generic(black_box(3i64)));
        black_box(closures(black_box(10)));
        black_box(closures(black_box(20)));
    });
}
