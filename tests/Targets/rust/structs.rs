// Structs behind references and by value, texts, floats in memory and in registers.
mod protocol;

use std::hint::black_box;

pub struct Point {
    pub x: i32,
    pub y: i32,
}

pub struct Shape {
    pub kind: i8,
    pub corner: Point,
    pub area: f64,
    pub weight: f32,
    pub open: bool,
    pub size: u16,
}

// draw: rustc orders the fields as it likes; the debug information knows where they are.
#[inline(never)]
fn draw(shape: &Shape) {
    black_box(shape);
}

// shift: two fields, passed in two registers.
#[inline(never)]
fn shift(point: Point, by: i32) -> i32 {
    black_box(point.x + point.y + by)
}

// text: pointer and length in two registers.
#[inline(never)]
fn text(s: &str, n: i32) {
    black_box((s, n));
}

// owned: a String behind a reference.
#[inline(never)]
fn owned(s: &String) {
    black_box((s, 1));
}

// scale: floating point in registers, integers beside it.
#[inline(never)]
fn scale(n: i64, by: f64, m: i64) -> f64 {
    black_box((n, m));
    black_box(by) * n as f64
}

fn main() {
    let first = Shape { kind: -1, corner: Point { x: -5, y: 6 }, area: 1e300, weight: -1.5, open: true, size: 65535 };
    let second = Shape { kind: 2, corner: Point { x: 3, y: 4 }, area: 0.1, weight: 0.1, open: false, size: 1 };
    protocol::run(|| {
        draw(black_box(&first));
        draw(black_box(&second));
        black_box(shift(black_box(Point { x: -1, y: 2 }), black_box(3)));
        text(black_box(""), black_box(0));
        text(black_box("Grüße, 世界"), black_box(-7));
        owned(black_box(&String::from("a string of its own")));
        black_box(scale(black_box(2), black_box(2.5), black_box(3)));
    });
}
