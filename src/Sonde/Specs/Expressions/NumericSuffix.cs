namespace Sonde.Specs.Expressions;

/// <summary>The type a number literal carries. C's <c>u</c>, <c>l</c>, <c>ul</c>; Rust's <c>i8</c> to <c>f64</c>; <c>ll</c> is <c>l</c>, both are 64 bits here.</summary>
internal enum NumericSuffix
{
    None,
    U,
    L,
    Ul,
    I8,
    I16,
    I32,
    I64,
    I128,
    Isize,
    U8,
    U16,
    U32,
    U64,
    U128,
    Usize,
    F,
    F32,
    F64,
}
