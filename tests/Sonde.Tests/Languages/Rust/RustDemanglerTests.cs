using System.Text;
using System.Text.RegularExpressions;
using Sonde.Languages;
using Sonde.Languages.Rust;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.Languages.Rust;

public sealed class RustDemanglerTests
{
    /// <summary>What the Rust library writes: without and with hashes.</summary>
    private const string AsRustc = """
        _ZN4wild3gen17h22cca76d35514996E => wild::gen => wild::gen::h22cca76d35514996
        _RNvMsz_NtNtNtCslNYArtu3iFV_5alloc11collections5btree3mapINtB5_8IntoIterhINtNtBb_3vec3VecINtNtCsgEmfK2I1SDS_4core6option6OptionNtCs9iSWTvbfevR_4wild1EEEE10dying_nextB22_ => <alloc::collections::btree::map::IntoIter<u8, alloc::vec::Vec<core::option::Option<wild::E>>>>::dying_next => <alloc[fdfd2bd8633a6659]::collections::btree::map::IntoIter<u8, alloc[fdfd2bd8633a6659]::vec::Vec<core[c1f1a4ba060b9bfa]::option::Option<wild[6c606b3372e8ae09]::E>>>>::dying_next
        _RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtCslNYArtu3iFV_5alloc5boxed3BoxDNtNtB4_5error5ErrorNtNtB4_6marker4SyncNtB1B_4SendEL_EECs9iSWTvbfevR_4wild => core::ptr::drop_in_place::<alloc::boxed::Box<dyn core::error::Error + core::marker::Sync + core::marker::Send>> => core[c1f1a4ba060b9bfa]::ptr::drop_in_place::<alloc[fdfd2bd8633a6659]::boxed::Box<dyn core[c1f1a4ba060b9bfa]::error::Error + core[c1f1a4ba060b9bfa]::marker::Sync + core[c1f1a4ba060b9bfa]::marker::Send>>
        _RNvNvMs_NtCslNYArtu3iFV_5alloc3vecINtB6_3VecppE7set_len18precondition_checkCs9iSWTvbfevR_4wild => <alloc::vec::Vec<_, _>>::set_len::precondition_check => <alloc[fdfd2bd8633a6659]::vec::Vec<_, _>>::set_len::precondition_check
        _RINvNtNtNtCslNYArtu3iFV_5alloc11collections5btree4node12slice_insertINtNtB8_3vec3VecINtNtCsgEmfK2I1SDS_4core6option6OptionNtCs9iSWTvbfevR_4wild1EEEEB1Y_ => alloc::collections::btree::node::slice_insert::<alloc::vec::Vec<core::option::Option<wild::E>>> => alloc[fdfd2bd8633a6659]::collections::btree::node::slice_insert::<alloc[fdfd2bd8633a6659]::vec::Vec<core[c1f1a4ba060b9bfa]::option::Option<wild[6c606b3372e8ae09]::E>>>
        _RNvMs_Cs9iSWTvbfevR_4wildINtB4_2CBKb0_Kc27_Kl0_Ky0_Ka0_E1fB4_ => <wild::CB<false, '\'', 0, 0, 0>>::f => <wild[6c606b3372e8ae09]::CB<false, '\'', 0i32, 0u64, 0i8>>::f
        _RINvMsa_NtCsgvbsrvnw3yD_9hashbrown3rawNtB6_13RawTableInner17new_uninitializedNtNtCslNYArtu3iFV_5alloc5alloc6GlobalECs9iSWTvbfevR_4wild => <hashbrown::raw::RawTableInner>::new_uninitialized::<alloc::alloc::Global> => <hashbrown[c0386ddbfadcbbc1]::raw::RawTableInner>::new_uninitialized::<alloc[fdfd2bd8633a6659]::alloc::Global>
        _RNvXsE_NtCslNYArtu3iFV_5alloc4syncINtB5_3ArcINtNtNtCsjrHSEGnQ3l9_3std6thread9lifecycle6PacketjEENtNtNtCsgEmfK2I1SDS_4core3ops4drop4Drop4dropCs9iSWTvbfevR_4wild => <alloc::sync::Arc<std::thread::lifecycle::Packet<usize>> as core::ops::drop::Drop>::drop => <alloc[fdfd2bd8633a6659]::sync::Arc<std[e28293b1aa0f68bd]::thread::lifecycle::Packet<usize>> as core[c1f1a4ba060b9bfa]::ops::drop::Drop>::drop
        _ZN4wild4asy228_$u7b$$u7b$closure$u7d$$u7d$17h187c0dfb120592d4E => wild::asy2::{{closure}} => wild::asy2::{{closure}}::h187c0dfb120592d4
        _RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtCslNYArtu3iFV_5alloc7raw_vec6RawVecINtNtB4_6option6OptionNtCs9iSWTvbfevR_4wild1EEEEB1I_ => core::ptr::drop_in_place::<alloc::raw_vec::RawVec<core::option::Option<wild::E>>> => core[c1f1a4ba060b9bfa]::ptr::drop_in_place::<alloc[fdfd2bd8633a6659]::raw_vec::RawVec<core[c1f1a4ba060b9bfa]::option::Option<wild[6c606b3372e8ae09]::E>>>
        _RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtNtCslNYArtu3iFV_5alloc3vec5drain5DrainNtNtNtNtCsjrHSEGnQ3l9_3std4sync4mpmc5waker5EntryEECs9iSWTvbfevR_4wild => core::ptr::drop_in_place::<alloc::vec::drain::Drain<std::sync::mpmc::waker::Entry>> => core[c1f1a4ba060b9bfa]::ptr::drop_in_place::<alloc[fdfd2bd8633a6659]::vec::drain::Drain<std[e28293b1aa0f68bd]::sync::mpmc::waker::Entry>>
        _RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtCslNYArtu3iFV_5alloc4sync3ArcNtNtNtCsjrHSEGnQ3l9_3std6thread6thread5InnerNtNtB1k_5alloc6SystemEECs9iSWTvbfevR_4wild => core::ptr::drop_in_place::<alloc::sync::Arc<std::thread::thread::Inner, std::alloc::System>> => core[c1f1a4ba060b9bfa]::ptr::drop_in_place::<alloc[fdfd2bd8633a6659]::sync::Arc<std[e28293b1aa0f68bd]::thread::thread::Inner, std[e28293b1aa0f68bd]::alloc::System>>
        _RINvNtNtNtNtCsgEmfK2I1SDS_4core5slice4sort6shared5pivot12choose_pivotlNCINvMNtCslNYArtu3iFV_5alloc5sliceSl7sort_byNCNvCs9iSWTvbfevR_4wild4mains4_0E0EB1S_ => core::slice::sort::shared::pivot::choose_pivot::<i32, <[i32]>::sort_by<wild::main::{closure#6}>::{closure#0}> => core[c1f1a4ba060b9bfa]::slice::sort::shared::pivot::choose_pivot::<i32, <[i32]>::sort_by<wild[6c606b3372e8ae09]::main::{closure#6}>::{closure#0}>
        _ZN4wild4asy217hffe9b5d16a1aa2cfE => wild::asy2 => wild::asy2::hffe9b5d16a1aa2cf
        _RNvMs4_NtCslNYArtu3iFV_5alloc7raw_vecNtB5_11RawVecInner11finish_growCs9iSWTvbfevR_4wild.llvm.17510681572000407270 => <alloc::raw_vec::RawVecInner>::finish_grow => <alloc[fdfd2bd8633a6659]::raw_vec::RawVecInner>::finish_grow
        _RNvXs1_NtCslNYArtu3iFV_5alloc7raw_vecINtB5_6RawVeclENtNtNtCsgEmfK2I1SDS_4core3ops4drop4Drop4dropCs9iSWTvbfevR_4wild => <alloc::raw_vec::RawVec<i32> as core::ops::drop::Drop>::drop => <alloc[fdfd2bd8633a6659]::raw_vec::RawVec<i32> as core[c1f1a4ba060b9bfa]::ops::drop::Drop>::drop
        _RNvMs_NtNtNtCsjrHSEGnQ3l9_3std4sync4mpmc4listINtB4_5BlockINtNtCslNYArtu3iFV_5alloc4sync3ArcINtNtNtB8_6poison6rwlock6RwLockNtCs9iSWTvbfevR_4wild1EEEE7destroyB1Y_ => <std::sync::mpmc::list::Block<alloc::sync::Arc<std::sync::poison::rwlock::RwLock<wild::E>>>>::destroy => <std[e28293b1aa0f68bd]::sync::mpmc::list::Block<alloc[fdfd2bd8633a6659]::sync::Arc<std[e28293b1aa0f68bd]::sync::poison::rwlock::RwLock<wild[6c606b3372e8ae09]::E>>>>::destroy
        _RINvNtNtNtCslNYArtu3iFV_5alloc11collections5btree4node13move_to_sliceINtNtB8_3vec3VecINtNtCsgEmfK2I1SDS_4core6option6OptionNtCs9iSWTvbfevR_4wild1EEEEB1Z_ => alloc::collections::btree::node::move_to_slice::<alloc::vec::Vec<core::option::Option<wild::E>>> => alloc[fdfd2bd8633a6659]::collections::btree::node::move_to_slice::<alloc[fdfd2bd8633a6659]::vec::Vec<core[c1f1a4ba060b9bfa]::option::Option<wild[6c606b3372e8ae09]::E>>>
        _RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtNtCslNYArtu3iFV_5alloc11collections9vec_deque8VecDequeTlRSlEEECs9iSWTvbfevR_4wild => core::ptr::drop_in_place::<alloc::collections::vec_deque::VecDeque<(i32, &[i32])>> => core[c1f1a4ba060b9bfa]::ptr::drop_in_place::<alloc[fdfd2bd8633a6659]::collections::vec_deque::VecDeque<(i32, &[i32])>>
        _RNCINvMsa_NtCsgvbsrvnw3yD_9hashbrown3rawNtB8_13RawTableInner14prepare_resizeNtNtCslNYArtu3iFV_5alloc5alloc6GlobalE0Cs9iSWTvbfevR_4wild => <hashbrown::raw::RawTableInner>::prepare_resize::<alloc::alloc::Global>::{closure#0} => <hashbrown[c0386ddbfadcbbc1]::raw::RawTableInner>::prepare_resize::<alloc[fdfd2bd8633a6659]::alloc::Global>::{closure#0}
        _RNvXs1h_NtCslNYArtu3iFV_5alloc6stringNtB6_6StringNtNtCsgEmfK2I1SDS_4core3cmp9PartialEq2eqCs9iSWTvbfevR_4wild => <alloc::string::String as core::cmp::PartialEq>::eq => <alloc[fdfd2bd8633a6659]::string::String as core[c1f1a4ba060b9bfa]::cmp::PartialEq>::eq
        _RNvXsW_NtCslNYArtu3iFV_5alloc4syncINtB5_3ArcINtNtNtNtCsjrHSEGnQ3l9_3std4sync6poison6rwlock6RwLockNtCs9iSWTvbfevR_4wild1EEENtNtCsgEmfK2I1SDS_4core3fmt5Debug3fmtB1z_ => <alloc::sync::Arc<std::sync::poison::rwlock::RwLock<wild::E>> as core::fmt::Debug>::fmt => <alloc[fdfd2bd8633a6659]::sync::Arc<std[e28293b1aa0f68bd]::sync::poison::rwlock::RwLock<wild[6c606b3372e8ae09]::E>> as core[c1f1a4ba060b9bfa]::fmt::Debug>::fmt
        _RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtCslNYArtu3iFV_5alloc4sync8ArcInnerINtNtNtNtCsjrHSEGnQ3l9_3std4sync6poison6rwlock6RwLockNtCs9iSWTvbfevR_4wild1EEEEB2c_ => core::ptr::drop_in_place::<alloc::sync::ArcInner<std::sync::poison::rwlock::RwLock<wild::E>>> => core[c1f1a4ba060b9bfa]::ptr::drop_in_place::<alloc[fdfd2bd8633a6659]::sync::ArcInner<std[e28293b1aa0f68bd]::sync::poison::rwlock::RwLock<wild[6c606b3372e8ae09]::E>>>
        _RNvMs_Cs9iSWTvbfevR_4wildINtB4_2CBKb0_Kca_Kl7fffffff_Ky1_Ka1_E1fB4_ => <wild::CB<false, '\n', 2147483647, 1, 1>>::f => <wild[6c606b3372e8ae09]::CB<false, '\n', 2147483647i32, 1u64, 1i8>>::f
        _RNvNtCslNYArtu3iFV_5alloc5boxed14box_new_uninitCs9iSWTvbfevR_4wild => alloc::boxed::box_new_uninit => alloc[fdfd2bd8633a6659]::boxed::box_new_uninit
        _RNvMNtCsgEmfK2I1SDS_4core6resultINtB2_6ResultuINtNtCslNYArtu3iFV_5alloc5boxed3BoxDNtNtB4_3any3AnyNtNtB4_6marker4SendEL_EE6is_errCs9iSWTvbfevR_4wild => <core::result::Result<(), alloc::boxed::Box<dyn core::any::Any + core::marker::Send>>>::is_err => <core[c1f1a4ba060b9bfa]::result::Result<(), alloc[fdfd2bd8633a6659]::boxed::Box<dyn core[c1f1a4ba060b9bfa]::any::Any + core[c1f1a4ba060b9bfa]::marker::Send>>>::is_err
        _RINvCs9iSWTvbfevR_4wild3geneEB2_ => wild::gen::<str> => wild[6c606b3372e8ae09]::gen::<str>
        _RNvXs1_NtCsgEmfK2I1SDS_4core7convertReINtB5_4IntoNtNtCslNYArtu3iFV_5alloc6string6StringE4intoCs9iSWTvbfevR_4wild => <&str as core::convert::Into<alloc::string::String>>::into => <&str as core[c1f1a4ba060b9bfa]::convert::Into<alloc[fdfd2bd8633a6659]::string::String>>::into
        _RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtCslNYArtu3iFV_5alloc4sync8ArcInnerINtNtNtCsjrHSEGnQ3l9_3std6thread9lifecycle6PacketjEEECs9iSWTvbfevR_4wild => core::ptr::drop_in_place::<alloc::sync::ArcInner<std::thread::lifecycle::Packet<usize>>> => core[c1f1a4ba060b9bfa]::ptr::drop_in_place::<alloc[fdfd2bd8633a6659]::sync::ArcInner<std[e28293b1aa0f68bd]::thread::lifecycle::Packet<usize>>>
        _RNvMse_NtCslNYArtu3iFV_5alloc4syncINtB5_3ArcINtNtNtNtCsjrHSEGnQ3l9_3std4sync6poison6rwlock6RwLockNtCs9iSWTvbfevR_4wild1EEE3newB1z_ => <alloc::sync::Arc<std::sync::poison::rwlock::RwLock<wild::E>>>::new => <alloc[fdfd2bd8633a6659]::sync::Arc<std[e28293b1aa0f68bd]::sync::poison::rwlock::RwLock<wild[6c606b3372e8ae09]::E>>>::new
        _RNCNvMs1_NtNtNtCsjrHSEGnQ3l9_3std4sync4mpmc4zeroINtB7_7ChannelINtNtCslNYArtu3iFV_5alloc4sync3ArcINtNtNtBb_6poison6rwlock6RwLockNtCs9iSWTvbfevR_4wild1EEEE4send0B23_ => <std::sync::mpmc::zero::Channel<alloc::sync::Arc<std::sync::poison::rwlock::RwLock<wild::E>>>>::send::{closure#0} => <std[e28293b1aa0f68bd]::sync::mpmc::zero::Channel<alloc[fdfd2bd8633a6659]::sync::Arc<std[e28293b1aa0f68bd]::sync::poison::rwlock::RwLock<wild[6c606b3372e8ae09]::E>>>>::send::{closure#0}
        _RINvNtNtNtNtCsgEmfK2I1SDS_4core5slice4sort6stable9quicksort9quicksortlNCINvMNtCslNYArtu3iFV_5alloc5sliceSl7sort_byNCNvCs9iSWTvbfevR_4wild4mains4_0E0EB1S_ => core::slice::sort::stable::quicksort::quicksort::<i32, <[i32]>::sort_by<wild::main::{closure#6}>::{closure#0}> => core[c1f1a4ba060b9bfa]::slice::sort::stable::quicksort::quicksort::<i32, <[i32]>::sort_by<wild[6c606b3372e8ae09]::main::{closure#6}>::{closure#0}>
        _RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtB4_6result6ResultuINtNtCslNYArtu3iFV_5alloc5boxed3BoxDNtNtB4_3any3AnyNtNtB4_6marker4SendEL_EEECs9iSWTvbfevR_4wild => core::ptr::drop_in_place::<core::result::Result<(), alloc::boxed::Box<dyn core::any::Any + core::marker::Send>>> => core[c1f1a4ba060b9bfa]::ptr::drop_in_place::<core[c1f1a4ba060b9bfa]::result::Result<(), alloc[fdfd2bd8633a6659]::boxed::Box<dyn core[c1f1a4ba060b9bfa]::any::Any + core[c1f1a4ba060b9bfa]::marker::Send>>>
        _RNvXNtNtCsgEmfK2I1SDS_4core6future11into_futureNCNvCs9iSWTvbfevR_4wild4asy20NtB2_10IntoFuture11into_futureBN_ => <wild::asy2::{closure#0} as core::future::into_future::IntoFuture>::into_future => <wild[6c606b3372e8ae09]::asy2::{closure#0} as core[c1f1a4ba060b9bfa]::future::into_future::IntoFuture>::into_future
        _ZN4wild27CB$LT$_$C$_$C$_$C$_$C$_$GT$1f17hb7bf308134a3b488E => wild::CB<_,_,_,_,_>::f => wild::CB<_,_,_,_,_>::f::hb7bf308134a3b488
        _ZN4wild4main28_$u7b$$u7b$closure$u7d$$u7d$17h3dcd1e8720da628aE => wild::main::{{closure}} => wild::main::{{closure}}::h3dcd1e8720da628a
        _ZN4wild4main28_$u7b$$u7b$closure$u7d$$u7d$17h36903ce4e4421a3fE => wild::main::{{closure}} => wild::main::{{closure}}::h36903ce4e4421a3f
        _ZN4wild4main28_$u7b$$u7b$closure$u7d$$u7d$17h9d523359b0fdc1f5E => wild::main::{{closure}} => wild::main::{{closure}}::h9d523359b0fdc1f5
        _ZN4wild4main28_$u7b$$u7b$closure$u7d$$u7d$17h791dc1e55cc77bb6E => wild::main::{{closure}} => wild::main::{{closure}}::h791dc1e55cc77bb6
        _ZN4wild8closures28_$u7b$$u7b$closure$u7d$$u7d$28_$u7b$$u7b$closure$u7d$$u7d$17h820bb43e61387844E => wild::closures::{{closure}}::{{closure}} => wild::closures::{{closure}}::{{closure}}::h820bb43e61387844
        _ZN4wild2m117h0d799a58af803d42E => wild::m1 => wild::m1::h0d799a58af803d42
        _ZN4wild4main28_$u7b$$u7b$closure$u7d$$u7d$17h65e82784fb8f8c27E => wild::main::{{closure}} => wild::main::{{closure}}::h65e82784fb8f8c27
        _ZN4wild27CB$LT$_$C$_$C$_$C$_$C$_$GT$1f17hcb21709b5ac42a4eE => wild::CB<_,_,_,_,_>::f => wild::CB<_,_,_,_,_>::f::hcb21709b5ac42a4e
        _ZN4wild13C128$LT$_$GT$1f17h577859246716f24cE => wild::C128<_>::f => wild::C128<_>::f::h577859246716f24c
        _ZN4wild8closures28_$u7b$$u7b$closure$u7d$$u7d$28_$u7b$$u7b$closure$u7d$$u7d$5Inner1m17h732b4308f5a7f0e7E => wild::closures::{{closure}}::{{closure}}::Inner::m => wild::closures::{{closure}}::{{closure}}::Inner::m::h732b4308f5a7f0e7
        _ZN4wild4main28_$u7b$$u7b$closure$u7d$$u7d$17hdea05dbe56cb56e3E => wild::main::{{closure}} => wild::main::{{closure}}::hdea05dbe56cb56e3
        _ZN4wild13gr$uf6$$udf$e15_$u65e5$$u672c$14gr$uf6$$udf$er17h05b69ba64959b565E => wild::größe::日本::größer => wild::größe::日本::größer::h05b69ba64959b565
        """;

    [Fact]
    public void Writes_what_rustc_writes()
    {
        foreach (string[] row in AsRustc.Split('\n').Select(line => line.Split(" => ")))
        {
            Assert.Equal((row[0], row[1]), (row[0], Demangle(row[0], DemangleOptions.None)));
            Assert.Equal((row[0], row[2]), (row[0], Demangle(row[0], DemangleOptions.Hash)));
            Assert.Equal(row[1], Demangler.Demangle(Encoding.UTF8.GetBytes(row[0])));
        }
    }

    [Theory]
    [InlineData("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE.llvm.123456", "core::fmt::Write::write_fmt")]
    [InlineData("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE.cold", "core::fmt::Write::write_fmt.cold")]
    [InlineData("_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$3bar17h930b740aa94f1d3aE", "<Test + 'static as foo::Bar<Test>>::bar")]
    [InlineData("_ZN3foo3barE", "foo::bar")]
    [InlineData("_RNvC3foo3bar.cold", "foo::bar.cold")]
    [InlineData("_RNCNvC3foo4main0", "foo::main::{closure#0}")]
    [InlineData("_RNSNvC3foo4main6vtable", "foo::main::{shim:vtable#0}")]
    [InlineData("_RMC0INtC8arrayvec8ArrayVechKj7b_E", "<arrayvec::ArrayVec<u8, 123>>")]
    [InlineData("_RINvC3foo3barKRe68c3a9_E", "foo::bar::<\"h\u00e9\">")]
    [InlineData("_RINvC3foo3barKVNtC3foo1SS1xKj1_1yj2_E", null)]
    [InlineData("_RINvC3foo3barKVNtC3foo1SS1xj1_1yj2_EE", "foo::bar::<{foo::S { x: 1, y: 2 }}>")]
    [InlineData("_RINvC3foo3barKATh1_b1_EEE", "foo::bar::<{[(1, true)]}>")]
    [InlineData("_RINvC3foo3barKRj1_E", "foo::bar::<{&1}>")]
    [InlineData("_RINvC3foo3barFG_RL0_hEuE", "foo::bar::<for<'a> fn(&'a u8)>")]
    [InlineData("_RINvC3foo3barDNtC3foo1Tp1XhEL_E", "foo::bar::<dyn foo::T<X = u8>>")]
    [InlineData("_RNvC6_123foo3bar", "123foo::bar")]
    [InlineData("_RNvC3foo", null)]
    [InlineData("_R0NvC3foo3bar", null)]
    [InlineData("_RNvB_3bar", null)]
    [InlineData("_RINvC3foo3barKb2_E", null)]
    [InlineData("_RINvC3foo3barKcd800_E", null)]
    [InlineData("_ZN3foo3bar", null)]
    [InlineData("main", null)]
    public void Special_forms(string mangled, string? readable) => Assert.Equal(readable, Demangle(mangled, DemangleOptions.None));

    [Fact]
    public void Cxx_names_are_not_taken_for_Rust()
    {
        Assert.False(RustDemangler.IsMangled("_ZN1A1fEv"u8));
        Assert.Equal("A::f()", Demangler.Demangle("_ZN1A1fEv"u8));
        Assert.True(RustDemangler.IsMangled("_ZN3foo3bar17h0123456789abcdefE"u8));
        Assert.True(RustDemangler.IsMangled("_ZN3foo3bar17h0123456789abcdefE.llvm.42"u8));
    }

    [Fact]
    public void Exploding_names_end_soon()
    {
        // Tuples of back-references, each twice the one before.
        var text = new StringBuilder("_RINvC1a1bTTuuE");
        string back = "_";
        for (int i = 0; i < 60; i++)
            text.Append($"TB{back}B{back}E");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Demangle(text + "EE", DemangleOptions.None);
        Assert.Null(Demangle("_RINvC1a1b" + new string('R', 1 << 20) + "uE", DemangleOptions.None));
        Assert.Null(Demangle("_RINvC1a1bFGzzzzzzzz_EuE", DemangleOptions.None));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Survives_mutation()
    {
        string[] names = [.. AsRustc.Split('\n').Select(line => line.Split(" => ")[0])];
        var random = new Random(20261122);
        var text = new DemangledText();
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(names[random.Next(names.Length)]);
            for (int change = random.Next(1, 4); change > 0; change--)
                bytes[random.Next(2, bytes.Length)] = (byte)random.Next(33, 127);
            RustDemangler.TryDemangle(bytes, DemangleOptions.Hash, text);
        }
    }

    /// <summary>Names of rustc's own driver, as c++filt writes them; every one in the long run. Where it gives up (it knows less than rustc) there is nothing to compare.</summary>
    [Fact]
    public void Agrees_with_cxxfilt_on_the_compiler()
    {
        string sysroot = ExternalTool.Output("rustc", ["--print", "sysroot"]).Trim();
        string? driver = Directory.GetFiles(Path.Combine(sysroot, "lib"), "librustc_driver-*.so").FirstOrDefault();
        Assert.SkipWhen(driver is null || !File.Exists("/usr/bin/c++filt"), "needs rustc's driver and binutils");
        string[] names = [.. ExternalTool.Output("nm", ["-D", "--defined-only", driver!]).Split('\n').Select(line => line.Split(' ')[^1]).Where(name => RustDemangler.IsMangled(Encoding.UTF8.GetBytes(name))).Distinct()];
        Assert.True(names.Length > 10_000, $"{names.Length}");
        if (!TestPrograms.All)
            names = [.. names.Where((_, i) => i % 10 == 0)];
        string[] expected = ExternalTool.Output("c++filt", ["-s", "rust"], string.Join('\n', names) + "\n").Split('\n');
        int compared = 0;
        for (int i = 0; i < names.Length; i++)
        {
            // It does not know the newest primitive types.
            if (expected[i] == names[i] || names[i].Contains("C3f16", StringComparison.Ordinal) || names[i].Contains("C4f128", StringComparison.Ordinal))
                continue;

            // rustc writes the type of a constant behind it, older demanglers after a colon.
            string written = Regex.Replace(expected[i], @"(?<=\w): (?=[iu](8|16|32|64|128|size)\b)|(?<=true|false): bool\b|(?<='): char\b", "");
            Assert.Equal(written, Demangle(names[i], DemangleOptions.Hash));
            compared++;
        }

        Assert.True(compared > names.Length * 9 / 10, $"{compared} of {names.Length}");
    }

    private static string? Demangle(string mangled, DemangleOptions options) => RustDemangler.Demangle(Encoding.UTF8.GetBytes(mangled), options);
}
