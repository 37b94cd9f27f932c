using Sonde.ObjectFile.Elf;
using static Sonde.ObjectFile.Dwarf.DW_AT;
using static Sonde.ObjectFile.Dwarf.DW_TAG;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>What a caller knows of one argument: where the callee finds it, and its value in terms of the caller's frame.</summary>
internal readonly record struct CallSiteParameter(Expression Place, Expression Value);

/// <summary>One call in a function, DW_TAG_call_site or the GNU one before DWARF 5 (DWARF 5, section 3.4).</summary>
/// <param name="ReturnAddress">The instruction behind the call; of a tail call behind the jump.</param>
/// <param name="Callee">The entry of what is called; does not exist for calls through pointers.</param>
/// <param name="IsTailCall">Whether the function is left by a jump: it will not return by itself.</param>
/// <param name="Parameters">Arguments of which the caller knows the value: they resolve DW_OP_entry_value in the callee.</param>
internal sealed record CallSite(FileAddress ReturnAddress, Die Callee, bool IsTailCall, IReadOnlyList<CallSiteParameter> Parameters);

/// <summary>Reads the calls of a function.</summary>
internal static class CallSites
{
    /// <summary>Calls with a known place anywhere below a function, in the order of the section.</summary>
    public static List<CallSite> Of(Die function)
    {
        var found = new List<CallSite>();
        var cursor = new DieCursor(function);
        for (var more = cursor.Next(); more;)
        {
            if (cursor.Tag is DW_TAG_call_site or DW_TAG_GNU_call_site && TryRead(cursor.Current, out var site)) found.Add(site);
            more = cursor.Tag == DW_TAG_subprogram ? cursor.NextOutside() : cursor.Next();
        }

        return found;
    }

    private static bool TryRead(Die entry, out CallSite site)
    {
        site = null!;
        // GNU: DW_AT_low_pc is the return address as well.
        if (!entry.TryGetAddress(DW_AT_call_return_pc, out var address) && !entry.TryGetAddress(DW_AT_low_pc, out address)) return false;
        if (!entry.TryGetReference(DW_AT_call_origin, out var callee)) entry.TryGetReference(DW_AT_abstract_origin, out callee);
        var parameters = new List<CallSiteParameter>();
        foreach (var child in entry.Children)
        {
            if (child.Tag is not (DW_TAG_call_site_parameter or DW_TAG_GNU_call_site_parameter)) continue;
            if (!TryExpression(child, DW_AT_location, out var place)) continue;
            if (TryExpression(child, DW_AT_call_value, out var value) || TryExpression(child, DW_AT_GNU_call_site_value, out value)) parameters.Add(new CallSiteParameter(place, value));
        }

        site = new CallSite(address, callee, entry.OwnFlag(DW_AT_call_tail_call) || entry.OwnFlag(DW_AT_GNU_tail_call), parameters);
        return true;
    }

    private static bool TryExpression(Die die, DW_AT name, out Expression expression)
    {
        var found = die.TryGetAttribute(name, out var value) && value.Class is AttributeClass.Expression or AttributeClass.Block;
        expression = found ? new Expression(value.AsBlock().ToArray(), die.Unit) : default;
        return found;
    }
}
