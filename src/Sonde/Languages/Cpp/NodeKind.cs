namespace Sonde.Languages.Cpp;

/// <summary>The components of a mangled name, after the productions of the Itanium C++ ABI, chapter 5.1. L and R are a node's children.</summary>
internal enum NodeKind : byte
{
    None,

    // Names
    SourceName,            // bytes [L, L+R) of the input
    FixedName,             // FixedNames[L]
    QualifiedName,         // L::R
    LocalName,             // function L :: entity R
    TypedName,             // name L with function type R
    Template,              // name L, arguments R
    TemplateArguments,     // list: this L, rest R
    Arguments,             // list: this L, rest R
    TemplateParameter,     // Number
    FunctionParameter,     // Number; 0 is `this`
    Constructor,           // class L
    Destructor,            // class L
    AbiTag,                // name L, tag R
    Operator,              // Operators[L]
    VendorOperator,        // name L
    Conversion,            // type L
    LiteralOperator,       // suffix L
    Lambda,                // parameters L, template head R, Number
    UnnamedType,           // Number
    StructuredBinding,     // list L
    DefaultArgument,       // name L, Number
    ModuleEntity,          // name L, module R
    ModuleName,            // parent L, name R
    ModulePartition,       // name L
    Friend,                // name L, a friend with a constraint
    Constrained,           // name or template arguments L requires R
    Clone,                 // name L, suffix R

    // Special names; L unless said otherwise
    VTable,
    Vtt,
    ConstructionVTable,    // L in R
    TypeInfo,
    TypeInfoName,
    TypeInfoFunction,
    Thunk,
    VirtualThunk,
    CovariantThunk,
    Guard,
    TlsInit,
    TlsWrapper,
    ReferenceTemporary,    // L, number R
    HiddenAlias,
    TransactionClone,
    NonTransactionClone,
    TemplateParameterObject,
    ModuleInitializer,
    GlobalConstructors,
    GlobalDestructors,

    // Types
    Builtin,               // Builtins[L]
    VendorType,            // name L, template arguments R
    SizedFloat,            // _FloatN, Number; R: 1 when followed by x
    BitInt,                // Number or expression L; R: 1 when unsigned
    Pointer,
    LvalueReference,
    RvalueReference,
    Const,
    Volatile,
    Restrict,
    Complex,
    Imaginary,
    VendorQualifier,       // type L, name R
    PointerToMember,       // class L, type R
    Vector,                // size L, element R
    Function,              // return type L, parameters R
    Array,                 // size L, element R
    Decltype,              // expression L
    PackExpansion,         // pattern L

    // Qualifiers of a member function
    ConstThis,
    VolatileThis,
    RestrictThis,
    LvalueThis,
    RvalueThis,
    ExplicitObject,
    TransactionSafe,
    Noexcept,              // L, condition R
    Throw,                 // L, types R

    // Expressions
    Nullary,               // operator L
    Unary,                 // operator L, operand R
    Binary,                // operator L, OperandPair R
    Trinary,               // operator L, OperandPair(first, OperandPair(second, third)) R
    OperandPair,
    Cast,                  // type L
    Literal,               // type L, text R
    NegativeLiteral,       // type L, text R
    InitializerList,       // type L, list R
    VendorExpression,      // name L, arguments R
    StringLiteral,
    Number,                // Number
    RequiresExpression,    // parameters L, requirements R
    SimpleRequirement,     // expression L; Number: 1 when noexcept; R: constraint on the type
    TypeRequirement,       // type L
    NestedRequirement,     // constraint L

    // Template heads of lambdas and template template parameters
    TemplateHead,          // list L
    TypeParameterDeclaration,
    NonTypeParameterDeclaration,      // type L
    TemplateTemplateDeclaration,      // head L
    PackDeclaration,                  // declaration L
    ConstrainedDeclaration,           // constraint L
}
