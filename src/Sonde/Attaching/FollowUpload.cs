using Sonde.Bytecode;
using Sonde.Kernel.Objects;
using Sonde.Plans;

namespace Sonde.Attaching;

/// <summary>Brings what is new in a table of the follow loop into its maps, also while probes fire.</summary>
internal sealed class FollowUpload(MapSet maps, FollowTables tables, FollowTable table)
{
    /// <summary>Uploads what has been added. References first: a row is looked at as soon as it is there.</summary>
    public void Flush()
    {
        foreach ((int index, byte[] bytes) in table.NewReferences)
            maps[tables.References].Update(BitConverter.GetBytes(index), bytes);
        table.NewReferences.Clear();
        foreach ((int row, byte[] bytes) in table.NewRows)
            maps[tables.Rows].Update(BitConverter.GetBytes(row), bytes);
        table.NewRows.Clear();
    }

    /// <summary>Makes a dynamic type known; false when there is no room.</summary>
    public bool TryAdd(ulong typeWord, ulong process, FollowDynamic dynamic)
    {
        Flush();
        try
        {
            maps[tables.Dynamics].Update(FollowDynamic.Key(typeWord, process), dynamic.Bytes());
            return true;
        }
        catch (Kernel.Syscalls.KernelException)
        {
            return false; // it stays unknown
        }
    }
}
