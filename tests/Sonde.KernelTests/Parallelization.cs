using Xunit;

// Tests share the file their targets run, count descriptors of this process and measure: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
