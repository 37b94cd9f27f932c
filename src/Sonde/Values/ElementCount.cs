using Sonde.Types;

namespace Sonde.Values;

/// <summary>How many elements a sequence or text has.</summary>
internal static class ElementCount
{
    /// <summary>The number of elements; garbage (negative, more than memory can hold) is <c>uninitialized</c>.</summary>
    public static bool TryRead(CountRule rule, ulong stride, FrameView view, out ulong count, out MissingReason reason)
    {
        count = 0;
        switch (rule)
        {
            case FixedCount known:
                reason = MissingReason.Unsupported;
                count = known.Count;
                return count <= long.MaxValue;

            case CountField field when field.Size is > 0 and <= 8:
                if (view.Lacks(field.Offset, field.Size, out reason))
                    return false;
                count = (ulong)view.Unsigned(field.Offset, field.Size);
                break;

            case CountMask mask when mask.Size is > 0 and <= 8:
                if (view.Lacks(mask.Offset, mask.Size, out reason))
                    return false;
                count = unchecked((ulong)view.Unsigned(mask.Offset, mask.Size) + 1);
                break;

            case CountPower power when power.Size is > 0 and <= 8:
                if (view.Lacks(power.Offset, power.Size, out reason))
                    return false;
                Int128 exponent = (Int128)view.Unsigned(power.Offset, power.Size) + power.Bias;
                reason = MissingReason.Uninitialized;
                if (exponent < 0 || exponent > 47)
                    return false;
                count = 1UL << (int)exponent;
                break;

            case CountSpan span:
                if (view.Lacks(span.BeginOffset, 8, out reason) || view.Lacks(span.EndOffset, 8, out reason))
                    return false;
                ulong begin = view.Word(span.BeginOffset), end = view.Word(span.EndOffset);
                reason = MissingReason.Uninitialized;
                if (end < begin || (stride == 0 ? end != begin : (end - begin) % stride != 0))
                    return false;
                count = stride == 0 ? 0 : (end - begin) / stride;
                break;

            default:
                reason = MissingReason.Unsupported;
                return false;
        }

        reason = MissingReason.Uninitialized;
        return count <= UserAddress.Limit / Math.Max(stride, 1);
    }
}
