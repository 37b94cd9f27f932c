// Constants in pages of the program's file that are not in the memory of the process.
mod protocol;

use std::hint::black_box;

extern "C" {
    fn madvise(address: *mut u8, length: usize, advice: i32) -> i32;
}

const MADV_DONTNEED: i32 = 4;

pub struct User {
    pub id: u64,
    pub name: &'static str,
}

// text: a string constant.
#[inline(never)]
fn text(s: &str) {
    black_box(s);
}

// numbers: a slice of constants.
#[inline(never)]
fn numbers(list: &[u32]) {
    black_box(list);
}

// login: a constant in a structure in memory.
#[inline(never)]
fn login(user: &User) {
    black_box(user);
}

static FAR: ([u8; 1 << 18], [u32; 4], [u8; 1 << 18]) = ([1; 1 << 18], [2, 3, 5, 7], [1; 1 << 18]);

fn drop_page(address: *const u8) {
    let page = address as usize & !4095;
    unsafe { madvise(page as *mut u8, 4096, MADV_DONTNEED) };
}

fn main() {
    let constant = black_box("a string constant");
    let name = black_box("alice");
    let user = User { id: 7, name };
    protocol::run(|| {
        drop_page(constant.as_ptr());
        text(constant);
        numbers(black_box(&FAR.1[..]));
        drop_page(name.as_ptr());
        login(&user);
    });
}
