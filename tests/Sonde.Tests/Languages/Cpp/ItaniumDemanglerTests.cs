using System.Text;
using Sonde.Languages;
using Sonde.Languages.Cpp;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.Languages.Cpp;

public sealed class ItaniumDemanglerTests
{
    /// <summary>What GNU c++filt 2.40 writes.</summary>
    private const string AsCxxfilt = """
        _ZW3foo1fv => f@foo()
        _ZNW3foo1A1fEv => A@foo::f()
        _ZW3fooWP4part1fv => f@foo:part()
        _ZW3fooW3bar1fS0_1A => f@foo.bar(A@foo.bar)
        _Z3foov.cold => foo() [clone .cold]
        _Z3foov.part.0 => foo() [clone .part.0]
        _Z3foov.constprop.0.isra.1 => foo() [clone .constprop.0] [clone .isra.1]
        _Z3foov.isra.0.cold => foo() [clone .isra.0] [clone .cold]
        _Z3foov.lto_priv.0 => foo() [clone .lto_priv.0]
        _Z3fooi.llvm.1234567 => foo(int) [clone .llvm.1234567]
        _Z3foov.str => foo() [clone .str]
        _ZL3barv => bar()
        _ZN12_GLOBAL__N_11fEv => (anonymous namespace)::f()
        _ZDC1a1bE => [a, b]
        _ZN1ADC1a1bEE => A::[a, b]
        _ZGVZ1fvE1x => guard variable for f()::x
        _ZGVN1A1xE => guard variable for A::x
        _ZThn16_N2V42clEv => non-virtual thunk to V4::cl()
        _ZTC2V40_2V2 => construction vtable for V2-in-V4
        _ZTH3tls => TLS init function for tls
        _ZTW3tls => TLS wrapper function for tls
        _ZTAXtl1ALi1EEE => template parameter object for A{1}
        _ZGTtNSt7__cxx1112basic_stringEv => transaction clone for std::__cxx11::basic_string()
        _ZGTt3foov => transaction clone for foo()
        _ZGTn3foov => non-transaction clone for foo()
        _Z1fPFivES0_ => f(int (*)(), int (*)())
        _Z1fM1AFivE => f(int (A::*)())
        _Z1fPA3_A4_i => f(int (*) [3][4])
        _Z1fRKA3_Kc => f(char const (&) [3])
        _Z1fM1AKFivRE => f(int (A::*)() const &)
        _Z1fPDoFvvE => f(void (*)() noexcept)
        _Z1fPDwiEFvvE => f(void (*)() throw(int))
        _Z1fDv4_f => f(float __vector(4))
        _Z1fDF16_ => f(_Float16)
        _Z1fDF16b => f(std::bfloat16_t)
        _Z1fDF32x => f(_Float32x)
        _Z1fDu => f(char8_t)
        _Z1fCd => f(double _Complex)
        _Z1fPKu6__vectU3gpuPi => f(__vect const*, int* gpu)
        _Z1fIJicEEvDpT_ => void f<int, char>(int, char)
        _Z1fIJEEvDpT_ => void f<>()
        _Z1fIJicEEvDpPT_ => void f<int, char>(int*, char*)
        _Z1fIXplLi1ELi2EEEvv => void f<(1)+(2)>()
        _Z1fILin5EEvv => void f<-5>()
        _Z1fILb0ELb1EEvv => void f<false, true>()
        _Z1fIL1E3EEvv => void f<(E)3>()
        _Z1fILd3ff0000000000000EEvv => void f<(double)[3ff0000000000000]>()
        _Z1fILDn0EEvv => void f<(decltype(nullptr))0>()
        _Z1fILDnEEvv => void f<decltype(nullptr)>()
        _ZlsRSoRK1A => operator<<(std::ostream&, A const&)
        _Zli2_xPKc => operator"" _x(char const*)
        _ZN1AnwEm => A::operator new(unsigned long)
        _ZN1AdaEPv => A::operator delete[](void*)
        _ZN1AcvbEv => A::operator bool()
        _ZN1AcviEv => A::operator int()
        _ZN1AclEi => A::operator()(int)
        _ZN1AssERKS_ => A::operator<=>(A const&)
        _ZNKR1A1fEv => A::f() const &
        _ZNO1A1fEv => A::f() &&
        _ZNKO1A1fEv => A::f() const &&
        _ZZ1fvEd_NKUliE_clEi => f()::{default arg#1}::{lambda(int)#1}::operator()(int) const
        _ZZ1fiEd0_NKUlvE_clEv => f(int)::{default arg#2}::{lambda()#1}::operator()() const
        _ZN1AUt_1fEv => A::{unnamed type#1}::f()
        _ZN1A1xMUlvE_clEv => A::x::{lambda()#1}::operator()()
        _ZN1xMUlvE_clEv => x::{lambda()#1}::operator()()
        _ZNK1A1bMUliE_clEi => A::b::{lambda(int)#1}::operator()(int) const
        _ZSt4cout => std::cout
        _ZNSsC1Ev => std::basic_string<char, std::char_traits<char>, std::allocator<char> >::basic_string()
        _ZNSsD1Ev => std::basic_string<char, std::char_traits<char>, std::allocator<char> >::~basic_string()
        _ZNSt6vectorIiSaIiEEC2Ev => std::vector<int, std::allocator<int> >::vector()
        _ZNSi3getEv => std::istream::get()
        _ZZN1A1fEvE1x_0 => A::f()::x
        _ZZN1A1fEvEs => A::f()::string literal
        _GLOBAL__I_foo => global constructors keyed to foo
        _GLOBAL__D__Z3foov => global destructors keyed to foo()
        _Z1fIXgtLi1ELi2EEEvv => void f<((1)>(2))>()
        _Z1fIXcl1gLi1EEEEvv => void f<g(1)>()
        _Z1fIiEDTcldtfp_1gEET_ => decltype (({parm#1}.g)()) f<int>(int)
        _Z1fIiEDTcmfp_nwLi1E_T_piLi1EEET_ => decltype ({parm#1},(new (1) int(1))) f<int>(int)
        _Z1fIiEDTstT_ET_ => decltype (sizeof (int)) f<int>(int)
        _Z1fIiEDTszfp_ET_ => decltype (sizeof {parm#1}) f<int>(int)
        _Z1fIiEDTscT_fp_ET_ => decltype (static_cast<int>({parm#1})) f<int>(int)
        _Z1fIiEDTcvT_fp_ET_ => decltype ((int){parm#1}) f<int>(int)
        _Z1fIiEDTcvT__Li1ELi2EEET_ => decltype ((int)(1, 2)) f<int>(int)
        _Z1fIiEDTtlT_Li1ELi2EEET_ => decltype (int{1, 2}) f<int>(int)
        _Z1fIiEDTquLb1Efp_Li1EET_ => decltype ((true)?{parm#1} : (1)) f<int>(int)
        _Z1fIiEDTixfp_Li1EET_ => decltype ({parm#1}[1]) f<int>(int)
        _Z1fIiEDTppfp_ET_ => decltype ({parm#1}++) f<int>(int)
        _Z1fIiEDTpp_fp_ET_ => decltype (++{parm#1}) f<int>(int)
        _Z1fIJiiEEDTfrplT_EDpT_ => decltype (((int, int)+...)) f<int, int>(int, int)
        _Z1fIJiiEEDTflplT_EDpT_ => decltype ((...+(int, int))) f<int, int>(int, int)
        _Z1fIJiiEEDTfLplLi1ET_EDpT_ => decltype (((1)+...+(int, int))) f<int, int>(int, int)
        _Z1fIJiiEEDTfRplT_Li1EEDpT_ => decltype (((int, int)+...+(1))) f<int, int>(int, int)
        _Z1fIiEDTtlT_di1xLi1EdxLi2ELi3EEET_ => decltype (int{.x=(1), [2]=(3)}) f<int>(int)
        _Z1fIiEDTtlT_dXLi1ELi2ELi3EEET_ => decltype (int{[1 ... 2]=(3)}) f<int>(int)
        _Z1fIiEDTawfp_ET_ => decltype (co_await {parm#1}) f<int>(int)
        _Z1fIiEDTssfp_fp_ET_ => decltype ({parm#1}<=>{parm#1}) f<int>(int)
        _Z1fIiEDTonplIiEET_ => decltype (operator+<int>) f<int>(int)
        _Z1fIiEDTclonplLi1ELi2EEET_ => decltype ((operator+)(1, 2)) f<int>(int)
        _Z1fIiEDTdefpTET_ => decltype (*this) f<int>(int)
        _Z1fIiEDTgs1xET_ => decltype (::x) f<int>(int)
        _Z1fIiEDTclgs1xEET_ => decltype ((::x)()) f<int>(int)
        _Z1fIiEDTtrET_ => decltype (throw) f<int>(int)
        _Z1fIiEDTtwfp_ET_ => decltype (throw {parm#1}) f<int>(int)
        _Z1fIiEDTatT_ET_ => decltype (alignof (int)) f<int>(int)
        _Z1fIiEDTazfp_ET_ => decltype (alignof {parm#1}) f<int>(int)
        _Z1fIiEDTdsfp_fp_ET_ => decltype ({parm#1}.*{parm#1}) f<int>(int)
        _Z1fIJiiEEDTsPDpT_iEEDpT_ => decltype (3) f<int, int>(int, int)
        _Z1fIiEDTu3fooT_EET_ => decltype (foo(int)) f<int>(int)
        _Z1fIiEDTLZ1gvEET_ => decltype (g()) f<int>(int)
        _Z1fIiEDTL_Z1gvEET_ => decltype (g()) f<int>(int)
        _Z1fIiEDTadL_Z1gvEET_ => decltype (&(g())) f<int>(int)
        _Z1fIiEDTadL_ZN1A1gEvEET_ => decltype (&A::g) f<int>(int)
        _Z1fIRiEvOT_ => void f<int&>(int&)
        _Z1fIOiEvRT_ => void f<int&&>(int&)
        _Z1fIKiEvRVT_ => void f<int const>(int const volatile&)
        _Z1fIFivEEvPT_ => void f<int ()>(int (*)())
        _Z1fIA3_iEvPT_ => void f<int [3]>(int (*) [3])
        _Z1fIA3_iEvRKT_ => void f<int [3]>(int const (&) [3])
        _Z1fIM1AiEvPT_ => void f<int A::*>(int A::**)
        _Z1fIM1AFivEEvPT_ => void f<int (A::*)()>(int (A::**)())
        _ZN1AdlEPvmSt11align_val_t => A::operator delete(void*, unsigned long, std::align_val_t)
        _Z1fB3abcv => f[abi:abc]()
        _Z1fB3abcB3defIiEvv => void f[abi:abc][abi:def]<int>()
        _ZN1AB3abcC1Ev => A[abi:abc]::A()
        _ZNSsB5cxx111fEv => std::string[abi:cxx11]::f()
        _Z1fILZ1gvEEvv => void f<g()>()
        _Z1fv._omp_fn.0 => f() [clone ._omp_fn.0]
        _Z1fv.resume => f() [clone .resume]
        _Z1fv.123 => f() [clone .123]
        _Z1fv.a.b.c => f() [clone .a] [clone .b] [clone .c]
        _Z1fIPFvvEEvv => void f<void (*)()>()
        _Z1fIXadsr1A1gEEvv => void f<&A::g>()
        _Z1fIiEvNSt9enable_ifIXntsr3std7is_sameIT_iEE5valueEvE4typeE => void f<int>(std::enable_if<!std::is_same<int, int>::value, void>::type)
        _Z3useIZ1fvEUlTniTyRSt5arrayIT0_XT_EEE_EvT_ => void use<f()::{lambda<int $N0, typename $T1>(std::array<$T1, $N0>&)#1}>(f()::{lambda<int $N0, typename $T1>(std::array<$T1, $N0>&)#1})
        _Z3useIZ1fvEUlTtTtTyETpTniET0_E_EvT_ => void use<f()::{lambda<template<template<typename> class, int...> class $TT0>(auto:2)#1}>(f()::{lambda<template<template<typename> class, int...> class $TT0>(auto:2)#1})
        _Z3useIZ1fvEUlTyT_T0_E_EvS0_ => void use<f()::{lambda<typename $T0>($T0, auto:2)#1}>(f()::{lambda<typename $T0>($T0, auto:2)#1})
        _ZZ1fvENKUlDpT_E_clIJiiEEEDaS0_ => auto f()::{lambda((auto:1)...)#1}::operator()<int, int>(int, int) const
        _Z2sfIlENSt3__19enable_ifIXgtstT_Li2EENS1_ILb1ES2_E4typeEE4typeES2_ => std::__1::enable_if<((sizeof (long))>(2)), std::__1::enable_if<true, long>::type>::type sf<long>(long)
        _Z2sfIlENSt9enable_ifIXgtstT_Li2EENS0_ILb1ES1_E4typeEE4typeES1_ => std::enable_if<((sizeof (long))>(2)), std::enable_if<true, long>::type>::type sf<long>(long)
        _Z3shrIiEDTrsfp_Li1EET_ => decltype ({parm#1}>>(1)) shr<int>(int)
        _Z3ttpINSt3__13mapEJiNS0_12basic_stringIcNS0_11char_traitsIcEENS0_9allocatorIcEEEENS0_4lessIiEENS5_INS0_4pairIKiS7_EEEEEEvT_IJDpT0_EE => void ttp<std::__1::map, int, std::__1::basic_string<char, std::__1::char_traits<char>, std::__1::allocator<char> >, std::__1::less<int>, std::__1::allocator<std::__1::pair<int const, std::__1::basic_string<char, std::__1::char_traits<char>, std::__1::allocator<char> > > > >(std::__1::map<int, std::__1::basic_string<char, std::__1::char_traits<char>, std::__1::allocator<char> >, std::__1::less<int>, std::__1::allocator<std::__1::pair<int const, std::__1::basic_string<char, std::__1::char_traits<char>, std::__1::allocator<char> > > > >)
        _Z3ttpINSt3__16vectorEJZ4mainE3$_6NS0_9allocatorIS2_EEEEvT_IJDpT0_EE => void ttp<std::__1::vector, main::$_6, std::__1::allocator<main::$_6> >(std::__1::vector<main::$_6, std::__1::allocator<main::$_6> >)
        _Z3ttpINSt3__16vectorEJZ4mainE3$_7NS0_9allocatorIS2_EEEEvT_IJDpT0_EE => void ttp<std::__1::vector, main::$_7, std::__1::allocator<main::$_7> >(std::__1::vector<main::$_7, std::__1::allocator<main::$_7> >)
        _Z3ttpINSt3__16vectorEJiNS0_9allocatorIiEEEEvT_IJDpT0_EE => void ttp<std::__1::vector, int, std::__1::allocator<int> >(std::__1::vector<int, std::__1::allocator<int> >)
        _Z3ttpISt3mapJiNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEESt4lessIiESaISt4pairIKiS6_EEEEvT_IJDpT0_EE => void ttp<std::map, int, std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >, std::less<int>, std::allocator<std::pair<int const, std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > > > >(std::map<int, std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >, std::less<int>, std::allocator<std::pair<int const, std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > > > >)
        _Z3ttpISt6vectorJZ4mainE3$_4SaIS1_EEEvT_IJDpT0_EE => void ttp<std::vector, main::$_4, std::allocator<main::$_4> >(std::vector<main::$_4, std::allocator<main::$_4> >)
        _Z3ttpISt6vectorJZ4mainE3$_5SaIS1_EEEvT_IJDpT0_EE => void ttp<std::vector, main::$_5, std::allocator<main::$_5> >(std::vector<main::$_5, std::allocator<main::$_5> >)
        _Z3ttpISt6vectorJiSaIiEEEvT_IJDpT0_EE => void ttp<std::vector, int, std::allocator<int> >(std::vector<int, std::allocator<int> >)
        _Z4arr2PA3_A4_iRA2_KiPVPKPiPFvPFicEzEM2V1KFiiEMSE_iOVKinoeDnDuDsDiwbaPgz => arr2(int (*) [3][4], int const (&) [2], int* const* volatile*, void (*)(int (*)(char), ...), int (V1::*)(int) const, int V1::*, int const volatile&&, __int128, unsigned __int128, long double, decltype(nullptr), char8_t, char16_t, char32_t, wchar_t, bool, signed char, __float128*, ...)
        _Z4arr2PA3_A4_iRA2_KiPVPKPiPFvPFicEzEM2V1KFiiEMSE_iOVKinoeDnDuDsDiwbaz => arr2(int (*) [3][4], int const (&) [2], int* const* volatile*, void (*)(int (*)(char), ...), int (V1::*)(int) const, int V1::*, int const volatile&&, __int128, unsigned __int128, long double, decltype(nullptr), char8_t, char16_t, char32_t, wchar_t, bool, signed char, ...)
        _Z4condIiEDTqugtfp_Li1Efp_cvT__EES0_ => decltype ((({parm#1}>(1)))?{parm#1} : ((int)())) cond<int>(int)
        _Z4lamtIdEDaT_ => auto lamt<double>(double)
        _Z4lamtIiEDaT_ => auto lamt<int>(int)
        _Z4neweIiEDTnw_T_pifp_EES0_ => decltype (new int({parm#1})) newe<int>(int)
        _Z4newpIiEDTnafp__A3_T_EEPS0_ => decltype (new ({parm#1}) int (newp<int>(int*)) [3])
        _Z4newpIiEDTnafp__T_EEPS0_ => decltype (new ({parm#1}) int) newp<int>(int*)
        _Z4nttpIXtl3LitEEEiv => int nttp<Lit{}>()
        _Z4nttpIXtl3LitLi1ELd4000000000000000EEEEiv => int nttp<Lit{1, (double)[4000000000000000]}>()
        _Z5arrowI1GEDTclptfp_3getIiEEEPT_ => decltype (({parm#1}->(get<int>))()) arrow<G>(G*)
        _Z5foldRIJjiEEDTfRplfp_Li1EEDpT_ => decltype (({parm#1}+...+(1))) foldR<unsigned int, int>(unsigned int, int)
        _Z5foldlIJilEEDTflplfp_EDpT_ => decltype ((...+{parm#1})) foldl<int, long>(int, long)
        """;

    /// <summary>What c++filt 2.40 gets wrong or refuses; by the ABI and what the compiler's source said.</summary>
    private const string Beyond = """
        _ZGR4reft_ => reference temporary #0 for reft
        _ZGRN4grpc6Status2OKE_ => reference temporary #0 for grpc::Status::OK
        _ZNK5outer2v16HolderIiEcvSt6vectorIT_SaIS4_EEIcEEv => outer::v1::Holder<int>::operator std::vector<char, std::allocator<char> ><char>() const
        _Z3ttpISt6vectorJZ4mainEUt_SaIS1_EEEvT_IJDpT0_EE => void ttp<std::vector, main::{unnamed type#1}, std::allocator<main::{unnamed type#1}> >(std::vector<main::{unnamed type#1}, std::allocator<main::{unnamed type#1}> >)
        _ZTIUliE_ => typeinfo for {lambda(int)#1}
        _ZNSt8functionIFiiEEC1IUliE_vEEOT_ => std::function<int (int)>::function<{lambda(int)#1}, void>({lambda(int)#1}&&)
        _Z1fIiEDTnxfp_ET_ => decltype (noexcept({parm#1})) f<int>(int)
        _Z1fDB7_ => f(_BitInt(7))
        _Z1fDU128_ => f(unsigned _BitInt(128))
        """;

    private static readonly string[] s_malformed =
    [
        "_ZTv0_n24_N2V43clEv",
        "_ZTch0_h16_N2V43clEv",
        "_ZTHtls",
        "_Z1fPDOLb1EFvvE",
        "_Z1fU8strongPi",
        "_Z1fIXsZT_EEvv",
        "_ZN1AIT_EC1Ev",
        "_Z",
        "_Zfoo",
        "_ZN",
        "_Z1",
        "_ZNSt",
        "_ZS_",
        "_Z1fT_",
        "_Z1fIiEvT_T0_",
        "_Z99999999999999f",
        "_Z4096f",
        "_ZTV",
        "_Z1fS_S0_",
        "_GLOBAL__sub_I_x",
        "_Z1fIiEDTcldtptfp_1gEET_",
        "_Z1fIiEDTfpT1xET_",
        "_Z1fIiEDTtidi1xLi1EEET_",
        "_Z1fIiEvN9enable_ifIXsr5is_iIT_EE5valueEE4typeE",
        "_ZN1A",
        "_ZN1AE1",
        "_Z1fI",
        "_Z1fIL",
        "_Z1fILiEvv",
        "main",
        "",
        "_",
        "_Z1fiS5_",
        "_ZZZZ",
        "_Z1fIXplEEvv",
        "_Z2147483648f",
        "_Z99999999999999999999f",
    ];

    [Fact]
    public void Writes_what_cxxfilt_writes() => Check(AsCxxfilt, DemangleOptions.Parameters);

    [Fact]
    public void Writes_what_cxxfilt_cannot() => Check(Beyond, DemangleOptions.Parameters);

    [Fact]
    public void Leaves_what_is_not_mangled()
    {
        foreach (string name in s_malformed)
            Assert.Null(Demangle(name, DemangleOptions.Parameters));
    }

    [Theory]
    [InlineData("_ZNKR1A1fIiEEvi", "A::f<int>")]
    [InlineData("_Z3foov.cold", "foo")]
    [InlineData("_ZZ1gvENKUlvE_clEv", "g()::{lambda()#1}::operator()")]
    [InlineData("_ZNSsC1Ev", "std::basic_string<char, std::char_traits<char>, std::allocator<char> >::basic_string")]
    public void Without_parameters(string mangled, string name) => Assert.Equal(name, Demangle(mangled, DemangleOptions.None));

    [Fact]
    public void Expands_abbreviations() => Assert.Equal(
        "f(std::basic_string<char, std::char_traits<char>, std::allocator<char> >)",
        Demangle("_Z1fSs", DemangleOptions.Parameters | DemangleOptions.ExpandAbbreviations));

    [Fact]
    public void Deep_and_exploding_names_end_soon()
    {
        Assert.Null(Demangle("_Z1f" + new string('P', 1 << 20) + "i", DemangleOptions.Parameters));
        Assert.Null(Demangle("_Z1fI" + string.Concat(Enumerable.Repeat("1AI", 100_000)), DemangleOptions.Parameters));
        // Each substitution doubles the one before it.
        var doubling = new StringBuilder("_Z1f1AIiiE");
        for (int i = 0; i < 40; i++)
            doubling.Append($"1AI{Sequence(i)}{Sequence(i)}E");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Demangle(doubling.ToString(), DemangleOptions.Parameters);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), watch.Elapsed.ToString());
        static string Sequence(int i) => i == 0 ? "S0_" : $"S{"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[Math.Min(i, 35)]}_";
    }

    [Fact]
    public void Survives_mutation()
    {
        string[] names = [.. Rows(AsCxxfilt).Select(row => row.Mangled)];
        var random = new Random(20261122);
        var text = new DemangledText();
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(names[random.Next(names.Length)]);
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                byte[] other = Encoding.ASCII.GetBytes(names[random.Next(names.Length)]);
                int at = random.Next(2, bytes.Length);
                bytes = random.Next(3) switch
                {
                    0 => [.. bytes[..at], (byte)random.Next(33, 127), .. bytes[(at + 1)..]],
                    1 => [.. bytes[..at], .. other[random.Next(2, other.Length)..]],
                    _ => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + 1)..]],
                };
                if (bytes.Length < 4)
                    break;
            }

            if (ItaniumDemangler.TryDemangle(bytes, DemangleOptions.Parameters, text))
                Assert.NotEqual(0, text.Length);
        }
    }

    /// <summary>Every name of the C++ library here, as c++filt writes it; where both are installed.</summary>
    [Fact]
    public void Agrees_with_cxxfilt_on_libstdcxx()
    {
        const string Library = "/usr/lib/x86_64-linux-gnu/libstdc++.so.6";
        if (!File.Exists(Library) || !File.Exists("/usr/bin/c++filt") || !File.Exists("/usr/bin/nm"))
            Assert.Skip("needs libstdc++ and binutils");
        string[] names = [.. ExternalTool.Output("/usr/bin/nm", ["-D", Library]).Split('\n').Select(line => line.Split(' ')[^1].Split('@')[0]).Where(name => name.StartsWith("_Z", StringComparison.Ordinal)).Distinct()];
        Assert.True(names.Length > 3000);
        string[] expected = ExternalTool.Output("/usr/bin/c++filt", ["-i", "-r"], string.Join('\n', names) + "\n").Split('\n');
        for (int i = 0; i < names.Length; i++)
            Assert.Equal(expected[i], Demangle(names[i], DemangleOptions.Parameters));
    }

    private static void Check(string table, DemangleOptions options)
    {
        foreach (var (mangled, readable) in Rows(table))
            Assert.Equal((mangled, readable), (mangled, Demangle(mangled, options)));
    }

    private static IEnumerable<(string Mangled, string Readable)> Rows(string table) =>
        table.Split('\n').Select(line => line.Split(" => ", 2)).Select(parts => (parts[0], parts[1]));

    private static string? Demangle(string mangled, DemangleOptions options) => ItaniumDemangler.Demangle(Encoding.UTF8.GetBytes(mangled), options);
}
