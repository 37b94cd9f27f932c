namespace Sonde.ObjectFile.Go;

/// <summary>Layouts of .gopclntab, told by its magic (debug/gosym/pclntab.go).</summary>
internal enum PclntabFormat
{
    /// <summary>0xfffffffb, Go 1.2 to 1.15: all offsets count from the header, files are numbered for the whole program.</summary>
    Go12,
    /// <summary>0xfffffffa, Go 1.16 and 1.17: tables of their own for names, files and values.</summary>
    Go116,
    /// <summary>0xfffffff0, Go 1.18 and 1.19: entries are 32-bit offsets from the start of the text.</summary>
    Go118,
    /// <summary>0xfffffff1, from Go 1.20: with the line of the declaration. The start of the text is no longer stored from 1.26.</summary>
    Go120,
}
