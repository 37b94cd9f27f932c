namespace Sonde.Kernel.Objects;

/// <summary>Closing many objects at once.</summary>
internal static class KernelHandles
{
    private const int Threads = 32;

    /// <summary>
    /// Closes all. Taking a probe out waits for the kernel's grace periods, which is sleep, not work: several threads wait
    /// for the same one.
    /// </summary>
    public static void CloseAll(IReadOnlyList<IDisposable> handles)
    {
        if (handles.Count <= 1)
        {
            foreach (IDisposable handle in handles)
                handle.Dispose();
            return;
        }
        int next = -1;
        Thread[] threads = new Thread[Math.Min(Threads, handles.Count)];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(
                () =>
                {
                    for (int at; (at = Interlocked.Increment(ref next)) < handles.Count;)
                        handles[at].Dispose();
                },
                maxStackSize: 128 << 10);
            threads[i].Start();
        }
        foreach (Thread thread in threads)
            thread.Join();
    }
}
