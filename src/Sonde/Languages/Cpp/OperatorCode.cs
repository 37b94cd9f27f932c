namespace Sonde.Languages.Cpp;

/// <summary>The two-letter codes of operators with a grammar or a spelling of their own, as <see cref="Operators.CodeOf"/> gives them.</summary>
internal static class OperatorCode
{
    public const int AddressOf = 'a' << 8 | 'd';
    public const int ConstCast = 'c' << 8 | 'c';
    public const int Call = 'c' << 8 | 'l';
    public const int DynamicCast = 'd' << 8 | 'c';
    public const int DesignatedMember = 'd' << 8 | 'i';
    public const int DesignatedElement = 'd' << 8 | 'x';
    public const int DesignatedRange = 'd' << 8 | 'X';
    public const int Dot = 'd' << 8 | 't';
    public const int Arrow = 'p' << 8 | 't';
    public const int Global = 'g' << 8 | 's';
    public const int Greater = 'g' << 8 | 't';
    public const int Index = 'i' << 8 | 'x';
    public const int LiteralSuffix = 'l' << 8 | 'i';
    public const int Increment = 'p' << 8 | 'p';
    public const int Decrement = 'm' << 8 | 'm';
    public const int NewArray = 'n' << 8 | 'a';
    public const int New = 'n' << 8 | 'w';
    public const int Noexcept = 'n' << 8 | 'x';
    public const int Question = 'q' << 8 | 'u';
    public const int ReinterpretCast = 'r' << 8 | 'c';
    public const int StaticCast = 's' << 8 | 'c';
    public const int SizeofPack = 's' << 8 | 'Z';
    public const int SizeofArguments = 's' << 8 | 'P';
    public const int SizeofType = 's' << 8 | 't';
    public const int AlignofType = 'a' << 8 | 't';
    public const int TypeidType = 't' << 8 | 'i';

    /// <summary>fl, fr, fL, fR.</summary>
    public static bool IsFold(int code) => code >> 8 == 'f';

    public static bool IsNamedCast(int code) => code is ConstCast or DynamicCast or ReinterpretCast or StaticCast;

    public static bool IsDesignator(int code) => code is DesignatedMember or DesignatedElement or DesignatedRange;
}
