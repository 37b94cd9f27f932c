//! What expressions are computed from: enums with data, slices, Vec and String, statics. Its expectations are in ../expressions/rust.txt.
mod protocol;

use std::hint::black_box;
use std::sync::atomic::{AtomicI64, Ordering};

#[derive(Debug)]
pub enum Shape {
    Empty,
    Circle(f64),
    Rect { width: i32, height: i32 },
    Named(String),
}

#[derive(Clone, Copy)]
pub enum Color {
    Red = 1,
    Green = 5,
}

pub struct Item {
    pub id: i32,
    pub name: String,
}

pub struct State {
    pub i8: i8,
    pub u16: u16,
    pub i64: i64,
    pub big: u64,
    pub yes: bool,
    pub letter: char,
    pub ratio: f64,
    pub name: String,
    pub text: &'static str,
    pub empty: String,
    pub items: Vec<Item>,
    pub numbers: [i16; 5],
    pub slice: &'static [u32],
    pub some: Option<i32>,
    pub none: Option<i32>,
    pub boxed: Box<i64>,
    pub no_box: Option<Box<i64>>,
    pub circle: Shape,
    pub rect: Shape,
    pub named: Shape,
    pub nothing: Shape,
    pub good: Result<u32, String>,
    pub bad: Result<u32, String>,
    pub color: Color,
    pub pair: (i32, u8),
    pub index: usize,
}

pub static COUNTER: AtomicI64 = AtomicI64::new(77);
pub static TABLE: [i32; 4] = [10, 20, 30, 40];
pub static LIMIT: u32 = 1000;

#[inline(never)]
pub fn probe(n: i64, text: &str, s: &State, items: &[Item]) -> i64 {
    black_box((items, s, text));
    n * 2 + text.len() as i64 + s.index as i64
}

fn main() {
    let s = State {
        i8: -100,
        u16: 60000,
        i64: -9000000000000000000,
        big: 18000000000000000000,
        yes: true,
        letter: 'é',
        ratio: 0.25,
        name: "alice".to_string(),
        text: "a text",
        empty: String::new(),
        items: vec![Item { id: 1, name: "one".into() }, Item { id: 2, name: "two".into() }, Item { id: 3, name: "three".into() }],
        numbers: [1, -2, 3, -4, 5],
        slice: &[100, 200, 300],
        some: Some(5),
        none: None,
        boxed: Box::new(-9),
        no_box: None,
        circle: Shape::Circle(1.5),
        rect: Shape::Rect { width: 3, height: 4 },
        named: Shape::Named("shape".into()),
        nothing: Shape::Empty,
        good: Ok(7),
        bad: Err("wrong".into()),
        color: Color::Green,
        pair: (-1, 2),
        index: 2,
    };
    protocol::run(|| {
        black_box(probe(black_box(42), black_box("hello, world"), black_box(&s), black_box(&s.items)));
        black_box((&COUNTER, &TABLE, &LIMIT));
        black_box(COUNTER.load(Ordering::Relaxed) + TABLE[s.index] as i64 + LIMIT as i64 + s.color as i64);
        if let Color::Red = s.color {
            println!("{:?}", s.circle);
        }
    });
}
