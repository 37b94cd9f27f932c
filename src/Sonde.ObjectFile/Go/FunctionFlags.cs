namespace Sonde.ObjectFile.Go;

/// <summary>internal/abi.FuncFlag; kept from Go 1.17.</summary>
[Flags]
internal enum FunctionFlags : byte
{
    None = 0,
    /// <summary>Outermost of its stack: goexit, mstart.</summary>
    TopFrame = 1,
    /// <summary>Writes the stack pointer: its frames cannot be unwound from inside.</summary>
    SpWrite = 2,
    /// <summary>Assembly.</summary>
    Assembly = 4,
}
