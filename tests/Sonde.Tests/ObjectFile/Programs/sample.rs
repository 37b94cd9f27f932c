// Read by the tests of the debug-information readers.
use std::collections::HashMap;
use std::fmt::Display;

#[derive(Debug, Clone)]
enum Shape { Circle { r: f64 }, Square(f64), Named(String, u8), Nothing }
trait Area { fn area(&self) -> f64; }
impl Area for Shape {
    fn area(&self) -> f64 { match self { Shape::Circle { r } => 3.0 * r * r, Shape::Square(s) => s * s, Shape::Named(n, k) => n.len() as f64 + *k as f64, Shape::Nothing => 0.0 } }
}
mod inner {
    pub struct Cart<T> { pub items: Vec<T>, pub total: u128, pub note: Option<Box<str>> }
    impl<T: Clone> Cart<T> {
        #[inline(never)] pub fn add(&mut self, item: &T, n: usize) -> Option<&T> { for _ in 0..n { self.items.push(item.clone()); } self.total += n as u128; self.items.last() }
    }
}
#[inline(never)] fn describe(x: &dyn Area, label: &str, pair: (i8, char)) -> String { format!("{} {} {:?}", label, x.area(), pair) }
fn generic<T: Display>(v: T) -> usize { v.to_string().len() }
fn main() {
    let mut cart = inner::Cart { items: vec![], total: 0, note: Some("x".into()) };
    cart.add(&Shape::Circle { r: 2.0 }, 2);
    cart.add(&Shape::Named("n".to_string(), 3), 1);
    let mut m = HashMap::new();
    for (i, s) in cart.items.iter().enumerate() { m.insert(i, describe(s, "label", (i as i8, 'c'))); }
    let f = |k: usize| generic(k) + m.len();
    println!("{:?} {} {} {:?} {}", m, f(3), generic("abc"), cart.note, cart.total);
    let _ = [Shape::Square(1.0), Shape::Nothing];
}
