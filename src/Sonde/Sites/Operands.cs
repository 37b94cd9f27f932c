namespace Sonde.Sites;

/// <summary>Questions about operands, and changes to them.</summary>
internal static class Operands
{
    /// <summary>The registers that an operand is computed from.</summary>
    public static RegisterSet RegistersOf(Operand operand) => operand switch
    {
        RegisterOperand { Register: GeneralRegister.Rip } => RegisterSet.None,
        RegisterOperand register => register.Register.ToSet(),
        LoadOperand load => RegistersOf(load.Address),
        BinaryOperand binary => RegistersOf(binary.Left) | RegistersOf(binary.Right),
        UnaryOperand unary => RegistersOf(unary.Value),
        BitFieldOperand field => RegistersOf(field.Storage),
        CheckedOperand element => RegistersOf(element.Value) | RegistersOf(element.Index) | RegistersOf(element.Count),
        NonNilOperand address => RegistersOf(address.Value),
        WitnessedOperand witnessed => RegistersOf(witnessed.Value) | RegistersOf(witnessed.Witness) | RegistersOf(witnessed.Unlike),
        _ => RegisterSet.None,
    };

    /// <summary>The registers that the pieces of variables need.</summary>
    public static RegisterSet RegistersOf(IEnumerable<Piece> pieces)
    {
        RegisterSet all = RegisterSet.None;
        foreach (Piece piece in pieces)
        {
            all |= piece.Place switch
            {
                RegisterPlace register => register.Register.ToSet(),
                MemoryPlace memory => RegistersOf(memory.Base),
                ComputedPlace computed => RegistersOf(computed.Value),
                _ => RegisterSet.None,
            };
        }

        return all;
    }

    /// <summary>Whether an operand is computed from another.</summary>
    public static bool Uses(Operand operand, Operand part) => operand == part || operand switch
    {
        LoadOperand load => Uses(load.Address, part),
        BinaryOperand binary => Uses(binary.Left, part) || Uses(binary.Right, part),
        UnaryOperand unary => Uses(unary.Value, part),
        BitFieldOperand field => Uses(field.Storage, part),
        CheckedOperand element => Uses(element.Value, part) || Uses(element.Index, part) || Uses(element.Count, part),
        NonNilOperand address => Uses(address.Value, part),
        WitnessedOperand witnessed => Uses(witnessed.Value, part) || Uses(witnessed.Witness, part) || Uses(witnessed.Unlike, part),
        _ => false,
    };

    /// <summary>What a place is computed from; null when it is a register or nowhere.</summary>
    public static Operand? AddressOf(Place place) => place switch
    {
        MemoryPlace memory => memory.Base,
        ComputedPlace computed => computed.Value,
        _ => null,
    };

    /// <summary>An operand plus a constant, folded where it can be.</summary>
    public static Operand Plus(this Operand operand, long offset) => (operand, offset) switch
    {
        (_, 0) => operand,
        (ConstantOperand constant, _) => new ConstantOperand(unchecked(constant.Value + offset)),
        (BinaryOperand { Operator: BinaryOperator.Add, Right: ConstantOperand right, Size: 8 } sum, _) =>
            Plus(sum.Left, unchecked(right.Value + offset)),
        _ => new BinaryOperand(BinaryOperator.Add, operand, new ConstantOperand(offset)),
    };

    /// <summary>Splits an address into a base and a constant distance from it.</summary>
    public static (Operand Base, long Displacement) Split(this Operand address) => address switch
    {
        BinaryOperand { Operator: BinaryOperator.Add, Right: ConstantOperand right, Size: 8 } sum => (sum.Left, right.Value),
        _ => (address, 0),
    };
}
