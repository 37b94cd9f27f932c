namespace Sonde.Sites;

/// <summary>Nowhere: the addresses of the callers, found by walking the frame pointers from the site on.</summary>
/// <param name="Cfa">The canonical frame address: the return address lies below it.</param>
/// <param name="CallersFrame">Where the caller's frame pointer is.</param>
/// <param name="HasReturned">Whether the function has returned already: then the instruction pointer is the return address.</param>
internal sealed record StackPlace(Operand Cfa, CallersFrame CallersFrame, bool HasReturned) : Place;

/// <summary>Where a site finds the frame pointer (<c>rbp</c>) that its function was called with.</summary>
/// <param name="Kind">How to find it.</param>
/// <param name="Offset">Of <see cref="CallersFrameKind.Saved"/>: where, from the CFA.</param>
internal readonly record struct CallersFrame(CallersFrameKind Kind, long Offset = 0);

/// <summary>How the caller's frame pointer is found.</summary>
internal enum CallersFrameKind
{
    /// <summary>Nothing tells. By custom it is saved right below the return address once <c>rbp</c> points there, and in <c>rbp</c> until then.</summary>
    Custom,

    /// <summary>It is still in <c>rbp</c>.</summary>
    Register,

    /// <summary>It was saved in the frame.</summary>
    Saved,
}
