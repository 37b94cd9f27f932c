namespace Sonde.Sites;

/// <summary>General registers between their three numberings.</summary>
internal static class GeneralRegisters
{
    /// <summary>The set of one.</summary>
    public static RegisterSet ToSet(this GeneralRegister register) => RegisterNumbers.FromDwarf((int)register);
}
