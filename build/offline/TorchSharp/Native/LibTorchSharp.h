// What crosses the border between TorchSharp.dll and libtorch: one kind of value, for arguments and for results.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

#include <ATen/core/Tensor.h>

#define EXPORT extern "C" __attribute__((visibility("default")))

// The kinds of a value; Native/Value.cs has the same numbers.
enum class Kind : int32_t {
    None = 0,
    Tensor = 1,     // pointer: at::Tensor*
    Int = 2,
    Double = 3,
    Bool = 4,
    IntList = 5,    // pointer: const int64_t*, count
    TensorList = 6, // pointer: at::Tensor* const*, count; a null is no tensor
    String = 7,     // pointer: const char*
    Device = 8,     // integer: its index, count: its type
    Generator = 9,  // pointer: at::Generator*
    Slice = 10,     // pointer: three int64_t, start, stop and step, INT64_MIN for none
    Ellipsis = 11,
};

struct Value {
    Kind kind;
    int32_t count;
    union {
        int64_t integer;
        double number;
        const void* pointer;
    };
};

// The message of the last failed call of this thread.
extern thread_local std::string last_error;

// Runs what a function of the border does; where it throws, keeps the message and returns `failed`.
template <typename Result, typename Body>
Result guarded(Result failed, Body body) {
    try {
        return body();
    } catch (const std::exception& e) {
        last_error = e.what();
    } catch (...) {
        last_error = "An error of an unknown kind in libtorch.";
    }
    return failed;
}

inline at::Tensor* wrap(at::Tensor tensor) { return tensor.defined() ? new at::Tensor(std::move(tensor)) : nullptr; }

inline std::vector<at::Tensor> tensors_of(at::Tensor* const* tensors, int32_t count) {
    std::vector<at::Tensor> list(count);
    for (int32_t i = 0; i < count; i++)
        if (tensors[i])
            list[i] = *tensors[i];
    return list;
}
