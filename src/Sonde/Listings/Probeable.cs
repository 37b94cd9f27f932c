using Sonde.Kernel.Features;
using Sonde.ObjectFile.Bytes;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Listings;

/// <summary>Whether a probe can go to the functions of a listing: decodes each.</summary>
internal sealed class Probeable(Image image)
{
    private readonly TypeGraph _types = new();
    private readonly Dictionary<SourceLanguage, TypeReader> _readers = [];

    /// <summary>Why a function cannot be probed at its entry; null when it can.</summary>
    public string? WhyNot(in ListedFunction listed)
    {
        if (listed.Address.Value == 0)
            return "it has no code of its own";
        var function = new Function
        {
            Image = image,
            Name = listed.Name,
            Symbol = listed.Symbol,
            Address = listed.Address,
            Size = listed.Size,
            Entry = listed.Entry,
            Language = listed.Language,
        };
        try
        {
            new SiteFinder(function, ReaderOf, KernelTraits.Floor, () => ThreadPointer.TaskOffset).Find(ProbeKind.Entry);
            return null;
        }
        catch (SiteUnavailableException e)
        {
            return e.Message;
        }
        catch (BinaryFormatException e)
        {
            return e.Message;
        }
    }

    private TypeReader ReaderOf(SourceLanguage language)
    {
        if (!_readers.TryGetValue(language, out TypeReader? reader))
            _readers.Add(language, reader = new TypeReader(_types, Languages.Language.TypesOf(language)));
        return reader;
    }
}
