using System.Collections.Immutable;
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
    private readonly KernelTraits _kernel;
    private readonly bool _allCandidates;
    private readonly CallConvention _convention;
    private readonly EntryValues _values;
    private readonly Func<int?> _threadPointer;

    /// <summary>Decodes the function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="types">Where its types go.</param>
    /// <param name="kernel">What the kernel can do.</param>
    /// <param name="threadPointer">Tells where the kernel keeps a thread's pointer, null when it is not known; asked for old Go only.</param>
    /// <param name="allCandidates">Also examine what cannot be better than the choice, for those who explain.</param>
    /// <exception cref="SiteUnavailableException">There is no code to probe.</exception>
    public SiteFinder(Function function, TypeReader types, KernelTraits kernel, Func<int?> threadPointer, bool allCandidates = false)
    {
        _threadPointer = threadPointer;
        _function = function;
        _kernel = kernel;
        _allCandidates = allCandidates;
        _convention = function.Language switch
        {
            SourceLanguage.Go => EntryValues.UsesRegisters(function) ? CallConvention.GoRegister : CallConvention.GoStack,
            _ => CallConvention.SystemV,
        };
        Signature = FunctionSignature.Read(function, types);
        Code = FunctionDecoder.Decode(ReadCode(function), [.. OtherParts(function)]);
        bool growsStack = _convention.GrowsStacks && StackCheck.Find(Code) is not null
            && !Signature.Results.Any(r => r.Entry.Exists && r.Entry.TryGetAttribute(DW_AT.DW_AT_location, out AttributeValue at) && at.Class == AttributeClass.Expression); // not optimized: all are kept
        _values = new EntryValues(function, Signature, types.Graph, growsStack);
    }

    /// <summary>The function's parameters and results.</summary>
    public FunctionSignature Signature { get; }

    /// <summary>The function's instructions.</summary>
    public DecodedFunction Code { get; }

    /// <summary>The sites of a probe: one where the function is entered, and the ways out for returns and calls.</summary>
    /// <exception cref="SiteUnavailableException">None will do.</exception>
    public ImmutableArray<ProbeSite> Find(ProbeKind kind)
    {
        var sites = ImmutableArray.CreateBuilder<ProbeSite>();
        bool byKernel = _convention.AllowsReturnProbes && WaysOut.CallsNothing(Code);
        if (kind is ProbeKind.Entry or ProbeKind.Call)
            sites.Add(Entry());
        if (kind is ProbeKind.Return or ProbeKind.Call)
            sites.AddRange(byKernel ? [ReturnProbe()] : Exits(kind));
        if (sites.Count == 0)
            throw new SiteUnavailableException("it never returns");
        return sites.DrainToImmutable();
    }

    private ProbeSite Entry()
    {
        var request = new EntryRequest
        {
            Convention = _convention,
            Wanted = _values.WantedRegisters | _convention.GoroutineRegister,
            StackArgumentBytes = _values.StackBytes,
            Kernel = _kernel,
            AllCandidates = _allCandidates,
        };
        bool behindPrologue = !_values.PlacedAtEntry;
        SiteSelection selection = behindPrologue && TryPrologueEnd(out FileAddress end)
            ? SiteSelector.SelectAt(Code, end.Value, request with { Wanted = RegisterSet.None, StackArgumentBytes = 0 }, SiteReason.PrologueEnd)
            : SiteSelector.SelectEntry(Code, request);
        if (selection.Choice is not { } choice)
            throw Refused(selection);
        var address = new FileAddress(choice.Address);
        behindPrologue &= choice.Address != _function.Address.Value;
        if (choice.CfaOffset is not { } cfaOffset)
            throw new SiteUnavailableException("the place of its stack frame is not known where the probe would go");
        Operand cfa = Rsp.Plus(cfaOffset);
        return new ProbeSite
        {
            Function = _function,
            Use = SiteUse.Entry,
            Address = address,
            FileOffset = OffsetOf(address),
            Cfa = cfa,
            Flags = choice.Ignore,
            Selection = selection,
            Goroutine = Goroutine,
            Cost = choice.Cost,
            Values = behindPrologue ? _values.ParametersAt(address, cfa) : _values.Parameters(cfa),
        };
    }

    private ProbeSite ReturnProbe()
    {
        SiteSelection selection = SiteSelector.SelectReturnProbe(
            Code, new EntryRequest { Convention = _convention, Kernel = _kernel, AllCandidates = _allCandidates });
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
        Func<ulong, DecodedFunction?> follow = kind == ProbeKind.Call && _convention.AllowsReturnProbes ? CodeAt : PartAt;
        ReturnSites returns = WaysOut.Find(Code, _kernel, follow);
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
            yield return new ProbeSite
            {
                Function = _function,
                Use = SiteUse.Exit,
                Address = address,
                FileOffset = OffsetOf(address),
                Cfa = cfa,
                Flags = exit.Ignore,
                Goroutine = Goroutine,
                Cost = exit.Cost,
                Values = values,
            };
        }
    }

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
            return image.Frames.TryFind(target, out FrameRow row) && Read(image, row.Function.Start, row.Function.End - row.Function.Start) is { } code
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
        FunctionCode part = OtherParts(_function).FirstOrDefault(p => p.Contains(address));
        return part.Code.IsEmpty ? null : FunctionDecoder.Decode(part);
    }

    // Compilers put what seldom runs elsewhere.
    private static IEnumerable<FunctionCode> OtherParts(Function function)
    {
        if (!function.Entry.Exists)
            yield break;
        foreach (AddressRange range in RangeList.Of(function.Entry))
        {
            if (!range.Contains(function.Address) && Read(function.Image, range.Start, range.End - range.Start) is { } code)
                yield return code;
        }
    }

    private static FunctionCode? Read(Image image, FileAddress address, ulong size)
    {
        var bytes = new byte[Math.Min(size, FunctionDecoder.MaxCodeBytes)];
        return image.Elf.IsExecutable(address) && image.Elf.ReadAt(address, bytes) == bytes.Length ? new FunctionCode(bytes, address.Value) : null;
    }

    // Register ABI: r14. Before it, the runtime kept g in thread-local storage, 8 bytes below the thread pointer
    // (runtime/go_tls.h, cmd/internal/obj/x86: TLS_LE on Linux), as assembly functions still find it.
    private Operand? Goroutine
    {
        get
        {
            if (_function.Language != SourceLanguage.Go)
                return null;
            if (_convention.GoroutineRegister == RegisterSet.R14)
                return new RegisterOperand(GeneralRegister.R14);
            return _threadPointer() is { } offset ? new LoadOperand(new ThreadPointerOperand(offset), -8, 8) : null;
        }
    }

    private long OffsetOf(FileAddress address) => _function.Image.Elf.TryGetFileOffset(address, out long offset)
        ? offset
        : throw new SiteUnavailableException($"the address 0x{address.Value:x} is not in the file");

    // Where the line table says so, else the second line of the function, as gdb does.
    private bool TryPrologueEnd(out FileAddress end)
    {
        end = default;
        if (_function.Entry.Unit.Lines is not { } lines)
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
