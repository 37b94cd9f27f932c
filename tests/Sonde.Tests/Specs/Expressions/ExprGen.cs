using CsCheck;
using Sonde.Specs.Expressions;

namespace Sonde.Tests.Specs.Expressions;

/// <summary>Random expressions of every kind.</summary>
internal static class ExprGen
{
    private static readonly string[] Types =
        ["T", "T*", "*T", "[]byte", "unsigned long", "const char*", "Foo<int,B<2>>*", "map[string]*T", "*net/http.Request", "ns::T", "&mut T", "[T;4]", "dyn Foo", "`a b`", "i64", "struct foo*", "*const T"];

    private static readonly Gen<string> Name = Gen.OneOf(
        Pick.From("a", "items", "x#2", "ns::v", "::g", "is", "None", "len", "a b", "Foo<int>::n", "`", "é", "func·1", "not", "r", "b", "int", "1x", "a:::b", "a::", "#", "true"),
        Gen.String[Gen.Char.AlphaNumeric, 1, 6]);

    private static readonly Gen<NumericSuffix> IntegerSuffix = Gen.Enum<NumericSuffix>().Where(s => !LiteralReader.IsFloat(s));

    private static readonly Gen<Expr> Leaf = Gen.OneOf<Expr>(
        Name.Select(n => (Expr)new NameExpr(n)),
        Gen.Select(Gen.Enum<ProbeVariable>(), Gen.Int[0, Variables.MaxResult]).Select((v, i) => (Expr)new VariableExpr(v, v == ProbeVariable.Result ? i : 0)),
        Gen.Int[0, Variables.Registers.Count - 1].Select(i => (Expr)new RegisterExpr(Variables.Registers[i])),
        Gen.Select(Gen.ULong, Gen.ULong, IntegerSuffix).Select((h, l, s) => (Expr)new IntegerLiteral(new UInt128(h % 3 == 0 ? h : 0, l), s)),
        Gen.Select(Gen.Double, Pick.From(NumericSuffix.None, NumericSuffix.F, NumericSuffix.F32, NumericSuffix.F64))
            .Where((d, _) => double.IsFinite(d)).Select((d, s) => (Expr)new FloatLiteral(Math.Abs(d), s)),
        Gen.Long[0, long.MaxValue].Select(n => (Expr)new DurationLiteral(n)),
        Gen.Int[0, 0x10FFFF].Select(c => (Expr)new CharLiteral(c)),
        Gen.Int[0, 127].Select(c => (Expr)new CharLiteral(c)),
        Gen.Byte.Array[0, 8].Select(b => (Expr)new StringLiteral(b)),
        Gen.String[0, 8].Select(s => (Expr)new StringLiteral(System.Text.Encoding.UTF8.GetBytes(s))),
        Gen.Bool.Select(b => (Expr)new BoolLiteral(b)),
        Pick.From("nil", "null", "nullptr", "NULL", "None").Select(s => (Expr)new NullLiteral(s)));

    public static Gen<Expr> Any { get; } = Of(4);

    private static Gen<Expr> Of(int depth)
    {
        if (depth == 0)
            return Leaf;
        var e = Of(depth - 1);
        var type = Gen.Int[0, Types.Length - 1].Select(i => new TypeSyntax(Types[i]));
        var optional = Gen.OneOf(e.Select(x => (Expr?)x), Gen.Const((Expr?)null));
        return Gen.OneOf(
            Leaf,
            Gen.Select(Gen.Enum<UnaryOperator>(), e).Select((op, x) => (Expr)new UnaryExpr(op, x)),
            Gen.Select(Gen.Enum<BinaryOperator>(), e, e).Select((op, l, r) => (Expr)new BinaryExpr(op, l, r)),
            Gen.Select(e, Gen.OneOf(Name, Pick.From("0", "17"))).Select((x, n) => (Expr)new MemberExpr(x, n)),
            Gen.Select(e, e).Select((x, i) => (Expr)new IndexExpr(x, i)),
            Gen.Select(e, optional, optional).Select((x, l, h) => (Expr)new SliceExpr(x, l, h)),
            Gen.Select(Gen.Enum<BuiltinFunction>(), e, e).Select((f, x, y) => (Expr)new CallExpr(f, f is BuiltinFunction.Len or BuiltinFunction.Cap ? [x] : [x, y])),
            Gen.Select(e, type).Select((x, t) => (Expr)new IsExpr(x, t)),
            Gen.Select(type, e).Select((t, x) => (Expr)new CastExpr(t, x)));
    }
}
