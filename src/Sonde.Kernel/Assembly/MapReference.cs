namespace Sonde.Kernel.Assembly;

/// <summary>A load in the code, at <paramref name="Slot"/>, that names a map.</summary>
internal readonly record struct MapReference(int Slot, MapBlueprint Map);
