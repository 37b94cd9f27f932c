# Each target installs by itself what it needs (scripts/ensure says what), and leaves its results in out/.

PREFIX ?= /usr/local
CONFIGURATION ?= Release

export DOTNET_CLI_TELEMETRY_OPTOUT = 1
export DOTNET_NOLOGO = 1

.PHONY: all build demo test test-all test-guests soak bench lint pack install clean help

all: build

help:
	@echo 'make build     out/sonde, one native binary'
	@echo 'make demo      start the Go sample, trace it, show what comes out (root)'
	@echo 'make test      every test on this kernel, with three Go versions (kernel tests need root)'
	@echo 'make test-all  the same with every toolchain, on large real programs, and in kernel guests'
	@echo 'make test-guests  kernel tests and cases on other kernels, under QEMU'
	@echo 'make soak      ten minutes of attaching and killing on a busy target (root)'
	@echo 'make bench     benchmarks, side by side with other tracers'
	@echo 'make lint      formatting and shell scripts'
	@echo 'make pack      the NuGet package, in out/packages'
	@echo 'make install   PREFIX=/usr/local'

build:
	@scripts/ensure dotnet
	@scripts/build

demo:
	@scripts/demo

test:
	@scripts/test

test-all:
	@scripts/test --all
	@scripts/soak 600
	@scripts/real-programs
	@scripts/test-guests

test-guests:
	@scripts/test-guests

soak: build
	@scripts/soak 600

bench: build
	@if [ -x bench/run ]; then bench/run; else echo 'sonde: there are no benchmarks yet (bench/run)' >&2; exit 1; fi

lint:
	@scripts/ensure dotnet
	@scripts/lint

pack:
	@scripts/ensure dotnet
	dotnet pack src/Sonde -c $(CONFIGURATION) -o out/packages -v q

install: build
	install -D -m 0755 out/sonde $(DESTDIR)$(PREFIX)/bin/sonde

clean:
	rm -rf out
	find src tests samples bench fuzz -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} + 2>/dev/null || true
