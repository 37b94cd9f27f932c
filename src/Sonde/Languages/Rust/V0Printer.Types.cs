namespace Sonde.Languages.Rust;

// Types and lifetimes.
internal ref partial struct V0Printer
{
    private static ReadOnlySpan<byte> BasicType(byte tag) => (char)tag switch
    {
        'b' => "bool"u8,
        'c' => "char"u8,
        'e' => "str"u8,
        'u' => "()"u8,
        'a' => "i8"u8,
        's' => "i16"u8,
        'l' => "i32"u8,
        'x' => "i64"u8,
        'n' => "i128"u8,
        'i' => "isize"u8,
        'h' => "u8"u8,
        't' => "u16"u8,
        'm' => "u32"u8,
        'y' => "u64"u8,
        'o' => "u128"u8,
        'j' => "usize"u8,
        'f' => "f32"u8,
        'd' => "f64"u8,
        'z' => "!"u8,
        'p' => "_"u8,
        'v' => "..."u8,
        _ => default,
    };

    private void Type()
    {
        byte tag = Peek();
        var basic = BasicType(tag);
        if (!basic.IsEmpty)
        {
            _position++;
            Append(basic);
            return;
        }

        if (!Enter())
            return;
        _position++;
        switch (tag)
        {
            case (byte)'R' or (byte)'Q':
                Append("&"u8);
                if (Accept('L') && Base62() is var lifetime and not 0)
                {
                    Lifetime(lifetime);
                    Append(" "u8);
                }

                if (tag == 'Q')
                    Append("mut "u8);
                Type();
                break;
            case (byte)'P' or (byte)'O':
                Append(tag == 'P' ? "*const "u8 : "*mut "u8);
                Type();
                break;
            case (byte)'A' or (byte)'S':
                Append("["u8);
                Type();
                if (tag == 'A')
                {
                    Append("; "u8);
                    Constant(inValue: true);
                }

                Append("]"u8);
                break;
            case (byte)'T':
                Append("("u8);
                if (TypesUpToEnd() == 1)
                    Append(","u8);
                Append(")"u8);
                break;
            case (byte)'F':
                FunctionPointer();
                break;
            case (byte)'D':
                DynamicTrait();
                break;
            case (byte)'W':
                Type();
                Append(" is "u8);
                Pattern();
                break;
            case (byte)'B':
                if (BackReference(out int back))
                {
                    Type();
                    _position = back;
                }

                break;
            default:
                _position--;
                Path(inValue: false);
                break;
        }

        _depth--;
    }

    private int TypesUpToEnd()
    {
        int count = 0;
        for (; !_failed && !Accept('E'); count++)
        {
            if (count > 0)
                Append(", "u8);
            Type();
        }

        return count;
    }

    private void FunctionPointer()
    {
        ulong outer = _boundLifetimes;
        Binder();
        if (Accept('U'))
            Append("unsafe "u8);
        if (Accept('K'))
        {
            Append("extern \""u8);
            if (Accept('C'))
                Append("C"u8);
            else
                Abi();
            Append("\" "u8);
        }

        Append("fn("u8);
        TypesUpToEnd();
        Append(")"u8);
        if (!Accept('u'))
        {
            Append(" -> "u8);
            Type();
        }

        _boundLifetimes = outer;
    }

    /// <summary>The name of an ABI, whose `-` are mangled as `_`.</summary>
    private void Abi()
    {
        var name = RawIdentifier(out bool isPunycode);
        if (isPunycode || name.IsEmpty)
        {
            _failed = true;
            return;
        }

        foreach (byte letter in name)
            Append([letter == '_' ? (byte)'-' : letter]);
    }

    private void DynamicTrait()
    {
        Append("dyn "u8);
        ulong outer = _boundLifetimes;
        Binder();
        for (int count = 0; !_failed && !Accept('E'); count++)
        {
            if (count > 0)
                Append(" + "u8);
            bool isOpen = OpenPath();
            while (Accept('p'))
            {
                Append(isOpen ? ", "u8 : "<"u8);
                isOpen = true;
                Identifier();
                Append(" = "u8);
                Type();
            }

            if (isOpen)
                Append(">"u8);
        }

        _boundLifetimes = outer;
        if (!Accept('L'))
        {
            _failed = true;
            return;
        }

        ulong lifetime = Base62();
        if (lifetime == 0)
            return;
        Append(" + "u8);
        Lifetime(lifetime);
    }

    /// <summary>A trait's path whose generic arguments are left open, for associated types to follow. True when there are any.</summary>
    private bool OpenPath()
    {
        if (!Enter())
            return false;
        bool isOpen = false;
        if (Accept('B'))
        {
            if (BackReference(out int back))
            {
                isOpen = OpenPath();
                _position = back;
            }
        }
        else if (Accept('I'))
        {
            Path(inValue: false);
            Append("<"u8);
            GenericArguments();
            isOpen = true;
        }
        else
        {
            Path(inValue: false);
        }

        _depth--;
        return isOpen;
    }

    /// <summary><c>for&lt;'a, 'b&gt;</c></summary>
    private void Binder()
    {
        if (!Accept('G'))
            return;
        ulong count = Base62() + 1;
        // More lifetimes than bytes are nobody's function; writing them would take forever.
        if (_failed || count > (ulong)_text.Length * 64)
        {
            _failed = true;
            return;
        }

        Append("for<"u8);
        for (ulong i = 0; i < count && !_output.Overflowed; i++)
        {
            if (i > 0)
                Append(", "u8);
            _boundLifetimes++;
            Lifetime(1);
        }

        Append("> "u8);
    }

    /// <summary>De Bruijn index, counted from the innermost binder; 0 is the erased lifetime.</summary>
    private void Lifetime(ulong index)
    {
        if (_skipping > 0)
            return;
        if (index > _boundLifetimes)
        {
            _failed = true;
            return;
        }

        Append("'"u8);
        ulong depth = _boundLifetimes - index;
        if (index == 0)
        {
            Append("_"u8);
        }
        else if (depth < 26)
        {
            Append([(byte)('a' + depth)]);
        }
        else
        {
            Append("_"u8);
            AppendNumber(depth);
        }
    }
}
