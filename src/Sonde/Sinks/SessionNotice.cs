namespace Sonde.Sinks;

/// <summary>What happened during a session that is no event.</summary>
/// <param name="Message">One clause for people.</param>
/// <param name="Probe">The probe it is about, null when it is about the whole session.</param>
public sealed record SessionNotice(string Message, string? Probe = null);
