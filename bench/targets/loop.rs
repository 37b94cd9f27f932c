// Calls handle as often as each line of its input says, and says how long a call took.
use std::hint::black_box;
use std::io::BufRead;

pub struct User {
    id: i64,
    name: String,
}

#[inline(never)]
fn leaf(n: i64) -> i64 {
    black_box(n)
}

#[inline(never)]
fn handle(id: i64, key: &str, user: &User) -> i64 {
    let n = leaf(id);
    black_box(n) + key.len() as i64 + user.id + user.name.len() as i64
}

fn main() {
    println!("ready {}", std::process::id());
    let user = User { id: 7, name: "alice".to_string() };
    for line in std::io::stdin().lock().lines() {
        let calls: i64 = line.unwrap().trim().parse().unwrap();
        let start = std::time::Instant::now();
        let mut sum = 0;
        for i in 0..calls {
            sum += handle(black_box(i), black_box("user:123456"), black_box(&user));
        }
        println!("took {} {}", start.elapsed().as_nanos() as i64 / calls, sum);
    }
}
