//! How a target and its test talk: "ready PID", a line from the test, the calls, "done", another line, the end.
use std::io;

pub fn run(calls: impl FnOnce()) {
    println!("ready {}", std::process::id());
    wait();
    calls();
    println!("done");
    wait();
}

fn wait() {
    let mut line = String::new();
    let _ = io::stdin().read_line(&mut line);
}
