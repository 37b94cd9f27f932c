using System.Buffers.Binary;
using Sonde.Types;

namespace Sonde.Values;

/// <summary>Scalars of every kind and width, whole or as bit-fields.</summary>
internal sealed class ScalarDecoder
{
    private const int MaxBytes = 16;

    private readonly Dictionary<EnumPresentation, FlagNames> _flags = new(ReferenceEqualityComparer.Instance);

    /// <summary>The scalar at the start of <paramref name="view"/>.</summary>
    public Value Decode(TypeNode type, ScalarKind kind, in FrameView view)
    {
        ulong size = type.Size;
        if (view.Lacks(0, size, out MissingReason reason))
            return new MissingValue(type.Name, reason);
        switch (kind)
        {
            case ScalarKind.Float:
                return ToDouble(view.Bytes(0, size)) is { } number
                    ? new FloatValue(type.Name, number, FloatBits(size))
                    : Unsupported(type);
            case ScalarKind.Complex:
                ReadOnlySpan<byte> bytes = view.Bytes(0, size);
                int half = bytes.Length / 2;
                return bytes.Length % 2 == 0 && ToDouble(bytes[..half]) is { } real && ToDouble(bytes[half..]) is { } imaginary
                    ? new ComplexValue(type.Name, real, imaginary, FloatBits((ulong)half))
                    : Unsupported(type);
            default:
                return size is > 0 and <= MaxBytes ? FromBits(type, kind, view.Unsigned(0, size), (int)size * 8) : Unsupported(type);
        }
    }

    /// <summary>A bit-field whose storage starts where <paramref name="storage"/> does.</summary>
    public Value DecodeBits(TypeNode type, in FrameView storage, uint bitOffset, uint bitSize)
    {
        // Only the bytes that hold its bits: the declared storage may reach beyond the record.
        ulong end = (ulong)bitOffset + bitSize;
        if (type.Shape is not ScalarShape { Kind: not (ScalarKind.Float or ScalarKind.Complex) } scalar || bitSize > 128)
            return Unsupported(type);
        ulong first = bitOffset / 8, length = (end + 7) / 8 - first;
        if (length > MaxBytes)
            return Unsupported(type);
        if (storage.Lacks(first, length, out MissingReason reason))
            return new MissingValue(type.Name, reason);
        UInt128 bits = storage.Unsigned(first, length) >> (int)(bitOffset % 8);
        if (bitSize < 128)
            bits &= (UInt128.One << (int)bitSize) - 1;
        return FromBits(type, scalar.Kind, bits, (int)bitSize);
    }

    private Value FromBits(TypeNode type, ScalarKind kind, UInt128 raw, int bits)
    {
        switch (kind)
        {
            case ScalarKind.Boolean:
                return new BooleanValue(type.Name, raw != 0);
            case ScalarKind.Character:
                return new CharacterValue(type.Name, (uint)raw, bits);
            case ScalarKind.Address:
                return raw == 0 ? new NilValue(type.Name) : new AddressValue(type.Name, (ulong)raw);
            case ScalarKind.Signed when bits <= 64:
                return Integer(type, (long)((ulong)raw << (64 - bits)) >> (64 - bits), bits, true);
            case ScalarKind.Signed:
                return Integer(type, (Int128)(raw << (128 - bits)) >> (128 - bits), bits, true);
            case ScalarKind.Unsigned:
                return Integer(type, (Int128)raw, bits, false);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private Value Integer(TypeNode type, Int128 number, int bits, bool signed)
    {
        switch (type.Presentation)
        {
            case EnumPresentation names:
                if (!names.Names.TryGetValue(number, out string? name) && names.Flags)
                    name = Flags(names).Find((UInt128)number);
                return new EnumValue(type.Name, number, name);

            // A number of more than 64 bits could overflow here and is no length of time.
            case DurationPresentation duration when bits <= 64:
                return new DurationValue(type.Name, number * duration.NanosecondsPerUnit);

            default:
                return new IntegerValue(type.Name, number, bits, signed);
        }
    }

    private FlagNames Flags(EnumPresentation presentation)
    {
        if (!_flags.TryGetValue(presentation, out FlagNames? names))
            _flags.Add(presentation, names = new FlagNames(presentation));
        return names;
    }

    private static double? ToDouble(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        2 => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        4 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        8 => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        10 or 12 or 16 => ExtendedFloat.ToDouble(bytes),
        _ => null,
    };

    private static int FloatBits(ulong size) => size switch { 2 => 16, 4 => 32, _ => 64 };

    private static MissingValue Unsupported(TypeNode type) => new(type.Name, MissingReason.Unsupported);
}
