using System.Collections.Immutable;
using System.Text;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Specs.Names;
using Sonde.Symbols;
using GoRow = Sonde.ObjectFile.Go.FunctionRow;

namespace Sonde.Stacks;

/// <summary>
/// From return addresses of an image to functions with file and line, inlined ones expanded: by the debug information, else
/// Go's function table, else the symbols. What was asked for once is kept.
/// </summary>
/// <remarks>For one thread.</remarks>
internal sealed class ImageSymbols(Image image)
{
    private const int MaximumPlaces = 1 << 16, MaximumInlineDepth = 256;
    private const int Rbp = 6; // The DWARF number.

    // What calls the first function of a thread or goroutine: runtime/asm_amd64.s, sysdeps/x86_64 and csu of the C libraries.
    private static readonly HashSet<string> Outermost =
    [
        "runtime.goexit", "runtime.goexit.abi0", "runtime.mstart", "runtime.rt0_go", "_start", "__libc_start_call_main", "__libc_start_main", "__libc_start_main_impl",
        "start_thread", "clone", "clone3", "__clone", "__clone3",
    ];

    private readonly Dictionary<FileAddress, CodePlace> _places = [];
    private readonly Dictionary<InfoOffset, InlineScopes> _scopes = [];

    /// <summary>The place before a return address.</summary>
    public CodePlace Caller(FileAddress returnAddress)
    {
        if (_places.TryGetValue(returnAddress, out CodePlace? known))
            return known;
        if (_places.Count >= MaximumPlaces)
        {
            _places.Clear();
            _scopes.Clear();
        }

        // The return address may be the next function's first, or another line's.
        var call = new FileAddress(returnAddress.Value - 1);
        ImmutableArray<PlacedFunction> functions = At(call);
        bool isOutermost = functions[^1].Name is { } name && Outermost.Contains(name);
        return _places[returnAddress] = new CodePlace(functions, IsCallBefore(returnAddress), InGo(call) || KeepsFrame(call), isOutermost);
    }

    /// <summary>The functions at an address, innermost first; one without a name when nothing is known.</summary>
    public ImmutableArray<PlacedFunction> At(FileAddress address)
    {
        try
        {
            if (image.Debug.Exists && image.Debug.FindFunctions(address) is [var function, ..])
                return FromDebug(function, address);
        }
        catch (BinaryFormatException)
        {
            // Damaged: the symbols may be good all the same.
        }

        try
        {
            if (image.Go is { } go && go.Functions.TryFind(address, out GoRow row))
                return FromGo(go, row, address);
        }
        catch (BinaryFormatException)
        {
            // As above.
        }

        return [new PlacedFunction(SymbolAt(address), null, 0, false)];
    }

    private ImmutableArray<PlacedFunction> FromDebug(Die function, FileAddress address)
    {
        if (!_scopes.TryGetValue(function.Offset, out InlineScopes? scopes))
            _scopes.Add(function.Offset, scopes = InlineScopes.Of(function));
        var functions = ImmutableArray.CreateBuilder<PlacedFunction>();
        (string? file, int line) = function.Unit.Lines is { } lines && lines.Table.TryFind(address, out LineRow row)
            ? (row.File >= 0 ? lines.Files[row.File].Path : null, row.Line)
            : (null, 0);
        for (int i = scopes.At(address); i >= 0 && functions.Count < MaximumInlineDepth; i = scopes[i].Parent)
        {
            functions.Add(new PlacedFunction(SymbolNames.Display(scopes[i].Entry), file, line, true));
            (file, line) = (scopes[i].CallFile, scopes[i].CallLine);
        }

        functions.Add(new PlacedFunction(SymbolNames.Display(function) ?? SymbolAt(address), file, line, false));
        return functions.DrainToImmutable();
    }

    private static ImmutableArray<PlacedFunction> FromGo(ObjectFile.Go.GoImage go, in GoRow row, FileAddress address)
    {
        var functions = ImmutableArray.CreateBuilder<PlacedFunction>();
        foreach (ObjectFile.Go.InlinedCall call in go.Inlines.At(row, address))
        {
            string file = Encoding.UTF8.GetString(go.Functions.FileName(row, call.FileNumber));
            functions.Add(new PlacedFunction(GoName.Unescape(Encoding.UTF8.GetString(go.Functions.Name(call.NameOffset))), file.Length > 0 ? file : null, Math.Max(call.Line, 0), call.IsInlined));
        }

        return functions.Count > 0 ? functions.DrainToImmutable() : [new PlacedFunction(GoName.Unescape(Encoding.UTF8.GetString(go.Functions.Name(row))), null, 0, false)];
    }

    private string? SymbolAt(FileAddress address)
    {
        foreach (SymbolTable table in image.SymbolTables)
        {
            try
            {
                foreach (Symbol symbol in table.FindContaining(address))
                {
                    if (symbol.MayBeCode && symbol.Size > 0)
                        return SymbolNames.Display(table.NameBytes(symbol), false);
                }
            }
            catch (BinaryFormatException)
            {
                // The next table may be good.
            }
        }

        return null;
    }

    private bool InGo(FileAddress address)
    {
        try
        {
            return image.Go?.Functions.TryFind(address, out _) == true;
        }
        catch (BinaryFormatException)
        {
            return false;
        }
    }

    // Without a frame pointer of its own a function leaves its caller's in rbp, or anything: the chain skips it, or ends.
    private bool KeepsFrame(FileAddress address)
    {
        try
        {
            return image.Frames.TryFind(address, out FrameRow row) && row.CfaExpression.IsEmpty && row is { CfaRegister: Rbp, CfaOffset: 16 };
        }
        catch (BinaryFormatException)
        {
            return false;
        }
    }

    /// <summary>Whether a call ends there: E8 with a displacement of 32 bits, or FF /2 (Intel SDM, CALL).</summary>
    private bool IsCallBefore(FileAddress address)
    {
        Span<byte> bytes = stackalloc byte[7];
        if (image.Elf.ReadAt(new FileAddress(address.Value - (ulong)bytes.Length), bytes) < bytes.Length)
            return false;
        if (bytes[^5] == 0xe8)
            return true;
        for (int length = 2; length <= 7; length++)
        {
            ReadOnlySpan<byte> code = bytes[^length..];
            if (code[0] == 0xff && (code[1] >> 3 & 7) == 2 && LengthOf(code[1], length > 2 ? code[2] : (byte)0) == length)
                return true;
        }

        return false;
    }

    // Opcode, ModRM, SIB, displacement.
    private static int LengthOf(byte modRM, byte sib)
    {
        int mode = modRM >> 6, register = modRM & 7;
        if (mode == 3)
            return 2;
        int length = register == 4 ? 3 : 2;
        bool isBare = mode == 0 && (register == 5 || (register == 4 && (sib & 7) == 5));
        return length + (mode == 1 ? 1 : mode == 2 || isBare ? 4 : 0);
    }
}
