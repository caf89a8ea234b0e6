#!/bin/sh
# build.sh OUTPUT.so [LIBTORCH]: compiles the sources beside it against libtorch: the one in the folder LIBTORCH (with include and lib,
# as in a Python PyTorch's "torch" folder), otherwise the system's. Where there is no libtorch or no C++ compiler it makes nothing
# and succeeds.
set -eu
here=$(cd "$(dirname "$0")" && pwd) out=$1 torch=${2:-}
compiler=${CXX:-g++}
command -v "$compiler" >/dev/null 2>&1 || { echo "No C++ compiler: torch will not be available."; exit 0; }

flags="-O2 -fPIC -fvisibility=hidden -w -DAT_PER_OPERATOR_HEADERS" libraries="-ltorch -ltorch_cpu -lc10"
if [ -n "$torch" ]; then
    include=$torch/include
    flags="$flags -isystem $include -isystem $include/torch/csrc/api/include"
    libraries="-L$torch/lib -Wl,-rpath,$torch/lib $libraries"
    # Nothing names the library for GPUs, but it must be loaded.
    [ -e "$torch/lib/libtorch_cuda.so" ] && libraries="-L$torch/lib -Wl,--no-as-needed -ltorch_cuda -lc10_cuda $libraries"
    # The C++ library's binary interface that this libtorch was compiled with.
    abi=$(grep -oh '_GLIBCXX_USE_CXX11_ABI=[01]' "$torch/share/cmake/Torch/TorchConfig.cmake" 2>/dev/null | head -n 1 || true)
    [ -n "$abi" ] && flags="$flags -D$abi"
else
    include=/usr/include
    flags="$flags -isystem $include/torch/csrc/api/include"
fi
[ -e "$include/ATen/core/dispatch/Dispatcher.h" ] || { echo "No libtorch headers in $include: torch will not be available."; exit 0; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# compile STANDARD: all sources at once, by that C++ standard.
compile() {
    pids=
    for source in "$here"/*.cpp; do
        "$compiler" "-std=$1" $flags -c "$source" -o "$work/$(basename "$source").o" &
        pids="$pids $!"
    done
    status=0
    for pid in $pids; do wait "$pid" || status=1; done
    return $status
}

# C++17 will do for most versions; later ones ask for more.
compile c++17 2>"$work/errors" || compile c++20 2>>"$work/errors" || { cat "$work/errors" >&2; exit 1; }
"$compiler" -shared -s -o "$work/library" "$work"/*.o $libraries
mkdir -p "$(dirname "$out")"
mv "$work/library" "$out"
