// Integers, bool and char of every width and sign, more arguments than registers, a method.
mod protocol;

use std::hint::black_box;

// signed: the extremes of every signed width.
#[inline(never)]
fn signed(a: i8, b: i16, c: i32, d: i64, e: isize) {
    black_box((a, b, c, d, e));
}

// unsigned: the same for the unsigned ones.
#[inline(never)]
fn unsigned(a: u8, b: u16, c: u32, d: u64, e: usize) {
    black_box((a, b, c, d, e));
}

// bools: one byte each.
#[inline(never)]
fn bools(a: bool, b: bool) {
    black_box((a, b));
}

// many: six in registers, the others on the stack.
#[inline(never)]
fn many(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64) -> i64 {
    black_box((a, b, c, d, e, f, g, h));
    a + b + c + d + e + f + g + h
}

pub struct Counter {
    pub start: i64,
    pub step: i32,
}

impl Counter {
    // advance: &mut self is a pointer.
    #[inline(never)]
    fn advance(&mut self, by: i32) -> i64 {
        self.start += i64::from(by) * i64::from(self.step);
        black_box(self.start)
    }
}

fn main() {
    let mut counter = Counter { start: 100, step: -3 };
    // black_box hides the values: what LLVM knows to be constant is no argument any more.
    protocol::run(|| {
        signed(black_box(i8::MIN), i16::MIN, i32::MIN, i64::MIN, -1);
        signed(black_box(i8::MAX), i16::MAX, i32::MAX, i64::MAX, 1);
        unsigned(
            black_box(u8::MAX),
            black_box(u16::MAX),
            black_box(u32::MAX),
            black_box(u64::MAX),
            black_box(9007199254740993),
        );
        bools(black_box(true), black_box(false));
        bools(black_box(false), black_box(true));
        let [a, b, c, d, e, f, g, h] = black_box([1, -2, 3, -4, 5, -6, 7, -8]);
        black_box(many(a, b, c, d, e, f, g, h));
        black_box(counter.advance(black_box(4)));
    });
}
