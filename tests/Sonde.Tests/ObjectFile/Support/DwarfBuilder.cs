using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;

namespace Sonde.Tests.ObjectFile.Support;

/// <summary>
/// Makes DWARF that compilers do not emit on demand: one unit of chosen version, entries by chained calls, other sections by hand.
/// </summary>
internal sealed class DwarfBuilder
{
    private readonly List<string> _abbreviations = [];
    private readonly Dictionary<string, SectionBuilder> _sections = [];
    private int _depth;
    private bool _ended;

    public DwarfBuilder(int version = 5)
    {
        Info.LengthTo("unit end").U16(version);
        if (version >= 5) Info.U8(1, 8).U32(0);
        else Info.U32(0).U8(8);
    }

    public SectionBuilder Info => Section(".debug_info");

    public SectionBuilder Abbrev => Section(".debug_abbrev");

    public SectionBuilder Section(string name) => _sections.TryGetValue(name, out var section) ? section : _sections[name] = new SectionBuilder();

    /// <summary>
    /// Writes an entry. Values: int and ulong as the form says, string for DW_FORM_string, a label for ref4 and sec_offset ("section:label" for another section),
    /// bytes for blocks and expressions.
    /// </summary>
    public DwarfBuilder Die(DW_TAG tag, bool children, string? label = null, params (DW_AT Name, DW_FORM Form, object Value)[] attributes)
    {
        var key = $"{(int)tag} {children} {string.Join(' ', attributes.Select(a => $"{(int)a.Name}:{(int)a.Form}"))}";
        var code = _abbreviations.IndexOf(key) + 1;
        if (code == 0)
        {
            _abbreviations.Add(key);
            code = _abbreviations.Count;
            Abbrev.Uleb((ulong)code).Uleb((ulong)tag).U8(children ? 1 : 0);
            foreach (var (name, form, _) in attributes) Abbrev.Uleb((ulong)name).Uleb((ulong)form);
            Abbrev.U8(0, 0);
        }

        if (label is not null) Info.Label(label);
        Info.Uleb((ulong)code);
        foreach (var (_, form, value) in attributes) Write(form, value);
        if (children) _depth++;
        return this;
    }

    /// <summary>Ends the children of the entry that is open.</summary>
    public DwarfBuilder End()
    {
        Info.U8(0);
        _depth--;
        return this;
    }

    public DebugInfo Build() => DebugInfo.Open(Image());

    public ElfImage Image() => ElfImage.Open(new MemoryByteSource(ToArray()));

    /// <summary>Closes what is open and ends the unit; what is written to <see cref="Info"/> afterwards lies behind it.</summary>
    public DwarfBuilder UnitEnd()
    {
        while (_depth > 0) End();
        if (_ended) return this;
        Info.Label("unit end");
        _ended = true;
        return this;
    }

    public byte[] ToArray()
    {
        UnitEnd();
        Abbrev.U8(0);
        return ElfBuilder.Build(_sections.ToDictionary(s => s.Key, s => s.Value.ToArray()));
    }

    private void Write(DW_FORM form, object value)
    {
        switch (form, value)
        {
            case (DW_FORM.DW_FORM_string, string text): Info.Text(text); break;
            case (DW_FORM.DW_FORM_ref4 or DW_FORM.DW_FORM_sec_offset, string label): Info.Offset(label); break;
            case (DW_FORM.DW_FORM_sec_offset or DW_FORM.DW_FORM_data4 or DW_FORM.DW_FORM_strp, int number): Info.U32((uint)number); break;
            case (DW_FORM.DW_FORM_addr or DW_FORM.DW_FORM_data8 or DW_FORM.DW_FORM_ref_sig8, ulong number): Info.U64(number); break;
            case (DW_FORM.DW_FORM_data1 or DW_FORM.DW_FORM_addrx1 or DW_FORM.DW_FORM_strx1 or DW_FORM.DW_FORM_flag, int number): Info.U8(number); break;
            case (DW_FORM.DW_FORM_data2, int number): Info.U16(number); break;
            case (DW_FORM.DW_FORM_udata or DW_FORM.DW_FORM_loclistx or DW_FORM.DW_FORM_rnglistx or DW_FORM.DW_FORM_strx or DW_FORM.DW_FORM_addrx, int number): Info.Uleb((ulong)number); break;
            case (DW_FORM.DW_FORM_sdata, int number): Info.Sleb(number); break;
            case (DW_FORM.DW_FORM_exprloc, byte[] bytes): Info.Uleb((ulong)bytes.Length).Bytes(bytes); break;
            case (DW_FORM.DW_FORM_block1, byte[] bytes): Info.U8(bytes.Length).Bytes(bytes); break;
            case (DW_FORM.DW_FORM_GNU_ref_alt, int number): Info.U32((uint)number); break;
            case (DW_FORM.DW_FORM_flag_present, _): break;
            default: throw new ArgumentException($"{form} of {value.GetType()}", nameof(value));
        }
    }
}
