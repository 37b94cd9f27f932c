using System.Collections.Immutable;
using Sonde.Languages.Go;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Specs;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Sites;

/// <summary>Finds where a function's probes go: decodes the code, chooses the instructions and says what is where there.</summary>
internal sealed class SiteFinder
{
    private const int UnknownSize = 4096;
    private static readonly Operand Rsp = new RegisterOperand(GeneralRegister.Rsp);

    private readonly Function _function;
    private readonly bool _allCandidates;
    private readonly FunctionCode[] _otherParts;
    private readonly EntryValues _values;
    private readonly Func<int?> _threadPointer;
    private readonly Func<SourceLanguage, TypeReader> _typesOf;

    /// <summary>Decodes the function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="typesOf">Where types of a language go; what is inlined may be of another one.</param>
    /// <param name="kernel">What the kernel can do.</param>
    /// <param name="threadPointer">Tells where the kernel keeps a thread's pointer, null when it is not known; asked for old Go only.</param>
    /// <param name="allCandidates">Also examine what cannot be better than the choice, for those who explain.</param>
    /// <param name="dictionaries">The type arguments of the image's generic functions; null when they are not known.</param>
    /// <exception cref="SiteUnavailableException">There is no code to probe.</exception>
    public SiteFinder(
        Function function, Func<SourceLanguage, TypeReader> typesOf, KernelTraits kernel, Func<int?> threadPointer, bool allCandidates = false,
        GoDictionaries? dictionaries = null)
    {
        _threadPointer = threadPointer;
        _typesOf = typesOf;
        TypeReader types = typesOf(function.Language);
        _function = function;
        Kernel = kernel;
        _allCandidates = allCandidates;
        Convention = function.Language switch
        {
            SourceLanguage.Go => EntryValues.UsesRegisters(function) ? CallConvention.GoRegister : CallConvention.GoStack,
            _ => CallConvention.SystemV,
        };
        Signature = FunctionSignature.Read(function, types);
        _otherParts = [.. OtherParts(function)];
        Code = FunctionDecoder.Decode(ReadCode(function), _otherParts);
        Check = Convention.GrowsStacks ? StackCheck.Find(Code) : null;
        GoRestart? restart = Check is { } check ? GoRestart.Of(check, Code, function.Image.Elf.Type == ElfType.ET_EXEC) : null;
        _values = new EntryValues(function, Signature, types.Graph, restart, dictionaries);
    }

    /// <summary>How the function is called.</summary>
    public CallConvention Convention { get; }

    /// <summary>What the kernel can do.</summary>
    public KernelTraits Kernel { get; }

    /// <summary>The function's parameters and results.</summary>
    public FunctionSignature Signature { get; }

    /// <summary>The function's instructions.</summary>
    public DecodedFunction Code { get; }

    /// <summary>The function's stack check; null when it has none.</summary>
    public StackCheck? Check { get; }

    /// <summary>The sites of a probe: one where the function is entered, and the ways out for returns and calls.</summary>
    /// <exception cref="SiteUnavailableException">None will do.</exception>
    public ImmutableArray<ProbeSite> Find(ProbeKind kind)
    {
        if (kind == ProbeKind.Line)
            return FindAll<SourceLine>(_function.Lines, new LineSiteFinder(_function, this, _typesOf).Find, "the line has no code in it");
        if (_function.Copies.Count > 0)
            return FindAll<InlinedCopy>(_function.Copies, new InlinedSiteFinder(_function, this, _typesOf).Find, "nothing is left of its inlined copies");
        var sites = ImmutableArray.CreateBuilder<ProbeSite>();
        bool byKernel = Convention.AllowsReturnProbes && WaysOut.CallsNothing(Code);
        if (kind is ProbeKind.Entry or ProbeKind.Call)
            sites.Add(Entry());
        if (kind is ProbeKind.Return or ProbeKind.Call)
            sites.AddRange(byKernel ? [ReturnProbe()] : Exits(kind));
        if (sites.Count == 0)
            throw new SiteUnavailableException("it never returns");
        return sites.DrainToImmutable();
    }

    private delegate ImmutableArray<ProbeSite> Finder<T>(T place, out SiteRefusal? refusal);

    private static ImmutableArray<ProbeSite> FindAll<T>(IEnumerable<T> places, Finder<T> find, string none)
    {
        var sites = ImmutableArray.CreateBuilder<ProbeSite>();
        SiteRefusal? refusal = null;
        foreach (T place in places)
        {
            sites.AddRange(find(place, out SiteRefusal? why));
            refusal ??= why;
        }

        return sites.Count > 0 ? sites.DrainToImmutable() : throw new SiteUnavailableException(refusal?.Describe() ?? none);
    }

    /// <summary>The site where the function is entered.</summary>
    /// <exception cref="SiteUnavailableException">There is none.</exception>
    public ProbeSite Entry()
    {
        var request = new EntryRequest
        {
            Convention = Convention,
            Wanted = _values.WantedRegisters | Convention.GoroutineRegister,
            StackArgumentBytes = _values.StackBytes,
            Kernel = Kernel,
            AllCandidates = _allCandidates,
        };
        bool doubtful = !_values.PlacedAtEntry;
        FileAddress end = default;
        bool behindPrologue = (doubtful || _values.MayBeMoreLater) && TryPrologueEnd(out end) && (doubtful || _values.MoreAt(end));
        SiteSelection selection = behindPrologue
            ? SiteSelector.SelectAt(Code, end.Value, request with { Wanted = RegisterSet.None, StackArgumentBytes = 0 }, SiteReason.PrologueEnd)
            : SiteSelector.SelectEntry(Code, request);
        if (selection.Choice is not { } choice)
            throw Refused(selection);
        var address = new FileAddress(choice.Address);
        behindPrologue = (behindPrologue || doubtful) && choice.Address != _function.Address.Value;
        if (choice.CfaOffset is not { } cfaOffset)
            throw new SiteUnavailableException("the place of its stack frame is not known where the probe would go");
        Operand cfa = Rsp.Plus(cfaOffset);
        return SiteAt(SiteUse.Entry, address, choice.Cost, choice.Ignore, cfa, null) with
        {
            Selection = selection,
            Values = behindPrologue ? _values.ParametersAt(address, cfa) : _values.Parameters(cfa, address),
            TypeWord = behindPrologue ? null : _values.TypeWord(cfa, address),
        };
    }

    private ProbeSite ReturnProbe()
    {
        SiteSelection selection = SiteSelector.SelectReturnProbe(
            Code, new EntryRequest { Convention = Convention, Kernel = Kernel, AllCandidates = _allCandidates });
        if (selection.Choice is not { HoldsReturnAddress: true } choice)
            throw Refused(selection);
        var address = new FileAddress(choice.Address);

        // When it fires the return address has been taken off: the stack pointer is the CFA.
        return new ProbeSite
        {
            Function = _function,
            Use = SiteUse.ReturnProbe,
            Address = address,
            FileOffset = OffsetOf(address),
            Cfa = Rsp,
            Selection = selection,
            Cost = choice.Cost,
            Values = _values.Results(Rsp),
        };
    }

    private IEnumerable<ProbeSite> Exits(ProbeKind kind)
    {
        // A return of another function is one of this one's only for a call that is known to have come there.
        Func<ulong, DecodedFunction?> follow = kind == ProbeKind.Call && Convention.AllowsReturnProbes ? CodeAt : PartAt;
        ReturnSites returns = WaysOut.Find(Code, Kernel, follow);
        foreach (ReturnSite exit in returns.Sites)
        {
            if (exit.CfaOffset is not { } cfaOffset)
                continue;
            Operand cfa = Rsp.Plus(cfaOffset);
            var address = new FileAddress(exit.Address);

            // At a jump to another function the results are not there yet; the call still ends.
            ImmutableArray<Variable> values = _values.Results(cfa);
            if (exit.Kind == ReturnKind.TailJump)
                values = [.. values.Select(v => v with { Pieces = [] })];
            yield return SiteAt(SiteUse.Exit, address, exit.Cost, exit.Ignore, cfa, null) with { Values = values };
        }
    }

    /// <summary>The instructions of one part of the function; null when they are not to be had.</summary>
    public DecodedFunction? CodeOf(AddressRange part) =>
        part.Contains(_function.Address) ? Code : Read(_function.Image, part) is { } code ? FunctionDecoder.Decode(code) : null;

    /// <summary>A site inside the function, without its values.</summary>
    /// <param name="use">What it is for.</param>
    /// <param name="address">The instruction.</param>
    /// <param name="cost">What a hit costs.</param>
    /// <param name="ignore">Hits to pass over.</param>
    /// <param name="cfa">The canonical frame address there; null when it is not known.</param>
    /// <param name="shown">What events show as their function and line.</param>
    public ProbeSite SiteAt(SiteUse use, FileAddress address, UprobeHandling cost, FlagsTest? ignore, Operand? cfa, Shown? shown) => new()
    {
        Function = _function,
        Use = use,
        Address = address,
        FileOffset = OffsetOf(address),
        Cfa = cfa ?? Rsp,
        Flags = ignore,
        Goroutine = Goroutine,
        Cost = cost,
        Shown = shown,
    };

    /// <summary>The canonical frame address at an instruction, by the code or else by the frame information; null when neither tells.</summary>
    public Operand? CfaAt(FileAddress address, DecodedFunction code)
    {
        // What was split off begins with the frame that the main part made.
        if (code == Code && code.IndexOf(address.Value) is >= 0 and var index && code.Depths.Before(index).CfaOffset is { } offset)
            return Rsp.Plus(offset);
        try
        {
            return _function.Image.Frames.TryFind(address, out FrameRow row) && row.Cfa() is { Kind: TermKind.Register, Register: >= 0 and < 16 } term
                ? new RegisterOperand((GeneralRegister)term.Register).Plus(term.Offset)
                : null;
        }
        catch (BinaryFormatException)
        {
            return null;
        }
    }

    /// <summary>A variable of shared code with the types that it can have.</summary>
    public Variable Typed(Variable variable, Die entry) => _values.Typed(variable, entry);

    /// <summary>The word of a variable, as an address in the file, that tells the types of shared code.</summary>
    public Operand? TypeWord(Place place, FileAddress address) => _values.InFile(place, address);

    /// <summary>What is stated of a parameter's place, or that it cannot be believed.</summary>
    public ImmutableArray<Piece> Believed(Die entry, TypeId type, ImmutableArray<Piece> stated, Standpoint at) =>
        _values.Believed(new Parameter("", type, entry, false), stated, at);

    // The code that a jump leads to, as far as the unwind tables bound it. What stands in the procedure linkage table jumps on
    // to another image.
    private DecodedFunction? CodeAt(ulong address)
    {
        Image image = _function.Image;
        var target = new FileAddress(address);
        if (image.Elf.Sections.Any(s => s.Name.StartsWith(".plt", StringComparison.Ordinal) && s.Address <= target && target < s.Address + s.Size))
            return null;
        try
        {
            return image.Frames.TryFind(target, out FrameRow row) && Read(image, row.Function) is { } code
                ? FunctionDecoder.Decode(code)
                : null;
        }
        catch (BinaryFormatException)
        {
            return null;
        }
    }

    private DecodedFunction? PartAt(ulong address)
    {
        FunctionCode part = _otherParts.FirstOrDefault(p => p.Contains(address));
        return part.Code.IsEmpty ? null : FunctionDecoder.Decode(part);
    }

    // Compilers put what seldom runs elsewhere.
    private static IEnumerable<FunctionCode> OtherParts(Function function)
    {
        if (!function.Entry.Exists)
            yield break;
        foreach (AddressRange range in RangeList.Of(function.Entry))
        {
            if (!range.Contains(function.Address) && Read(function.Image, range) is { } code)
                yield return code;
        }
    }

    private static FunctionCode? Read(Image image, AddressRange range)
    {
        var bytes = new byte[Math.Min(range.Size, FunctionDecoder.MaxCodeBytes)];
        return image.Elf.IsExecutable(range.Start) && image.Elf.ReadAt(range.Start, bytes) == bytes.Length ? new FunctionCode(bytes, range.Start.Value) : null;
    }

    /// <summary>The running goroutine's <c>g</c> anywhere in the function; null when it is not known.</summary>
    /// <remarks>
    /// Register ABI: r14. Before it, the runtime kept g in thread-local storage, 8 bytes below the thread pointer
    /// (runtime/go_tls.h, cmd/internal/obj/x86: TLS_LE on Linux), as assembly functions still find it.
    /// </remarks>
    public Operand? Goroutine
    {
        get
        {
            if (_function.Language != SourceLanguage.Go)
                return null;
            if (Convention.GoroutineRegister == RegisterSet.R14)
                return new RegisterOperand(GeneralRegister.R14);
            return _threadPointer() is { } offset ? new LoadOperand(new ThreadPointerOperand(offset), -8, 8) : null;
        }
    }

    /// <summary>An address as the kernel takes it.</summary>
    public long OffsetOf(FileAddress address) => _function.Image.Elf.TryGetFileOffset(address, out long offset)
        ? offset
        : throw new SiteUnavailableException($"the address 0x{address.Value:x} is not in the file");

    /// <summary>The end of the prologue: where the line table says so, else the second line of the function, as gdb does.</summary>
    public bool TryPrologueEnd(out FileAddress end)
    {
        end = default;
        if (!_function.Entry.Exists || _function.Entry.Unit.Lines is not { } lines)
            return false;
        var range = new AddressRange(_function.Address, new FileAddress(Code.Code.End));
        FileAddress? second = null;
        foreach (ObjectFile.Dwarf.LineRow row in lines.Table.In(range))
        {
            if (row.EndSequence)
                continue;
            if (row.PrologueEnd)
            {
                end = row.Address;
                return true;
            }

            if (second is null && row.Address != _function.Address && row.IsStatement)
                second = row.Address;
        }

        end = second ?? default;
        return second is not null;
    }

    private static SiteUnavailableException Refused(SiteSelection selection) =>
        new(selection.Refusal?.Describe() ?? "no instruction of it can carry a probe") { Selection = selection };

    private static FunctionCode ReadCode(Function function)
    {
        int size = (int)Math.Min(function.Size == 0 ? UnknownSize : function.Size, FunctionDecoder.MaxCodeBytes);
        var bytes = new byte[size];
        int got;
        try
        {
            got = function.Image.Elf.ReadAt(function.Address, bytes);
        }
        catch (IOException e)
        {
            throw new SiteUnavailableException($"its code cannot be read: {e.Message}");
        }

        if (got == 0 || !function.Image.Elf.IsExecutable(function.Address))
            throw new SiteUnavailableException("it has no code in the file");
        return new FunctionCode(bytes.AsMemory(0, got), function.Address.Value);
    }
}
