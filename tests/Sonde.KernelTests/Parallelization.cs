using Xunit.Sdk;
using Xunit.v3;

// Tests share the file their targets run, count descriptors of this process and measure: one at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]
