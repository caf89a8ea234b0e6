// Any operator of libtorch, found by its name once and then called with a list of values.
#include "LibTorchSharp.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/Generator.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <ATen/core/stack.h>

thread_local std::string last_error;

namespace {

using OptionalTensor = decltype(std::declval<const c10::IValue&>().toOptional<at::Tensor>());

// What the schema of an operator says about one argument.
struct Parameter {
    c10::IValue otherwise; // where the caller passes nothing
    bool is_float = false;
    bool is_list = false;
    bool is_list_of_optional_tensors = false;
};

struct Operator {
    c10::OperatorHandle handle;
    std::vector<Parameter> parameters;
};

Parameter describe(const c10::Argument& argument) {
    Parameter parameter;
    if (argument.default_value())
        parameter.otherwise = *argument.default_value();
    c10::TypePtr type = argument.type();
    if (auto optional = type->cast<c10::OptionalType>())
        type = optional->getElementType();
    parameter.is_float = type->kind() == c10::TypeKind::FloatType;
    if (auto list = type->cast<c10::ListType>()) {
        parameter.is_list = true;
        parameter.is_list_of_optional_tensors = list->getElementType()->kind() == c10::TypeKind::OptionalType;
    }
    return parameter;
}

c10::IValue to_ivalue(const Value& value, const Parameter& parameter) {
    switch (value.kind) {
    case Kind::Tensor:
        return *static_cast<const at::Tensor*>(value.pointer);
    case Kind::Int:
        if (parameter.is_float)
            return static_cast<double>(value.integer);
        if (parameter.is_list)
            return c10::List<int64_t>({value.integer});
        return value.integer;
    case Kind::Double:
        return value.number;
    case Kind::Bool:
        return value.integer != 0;
    case Kind::IntList: {
        auto first = static_cast<const int64_t*>(value.pointer);
        return c10::List<int64_t>(c10::ArrayRef<int64_t>(first, value.count));
    }
    case Kind::TensorList: {
        auto tensors = tensors_of(static_cast<at::Tensor* const*>(value.pointer), value.count);
        if (!parameter.is_list_of_optional_tensors)
            return c10::List<at::Tensor>(c10::ArrayRef<at::Tensor>(tensors));
        c10::List<OptionalTensor> list;
        for (auto& tensor : tensors)
            list.push_back(tensor.defined() ? OptionalTensor(tensor) : OptionalTensor());
        return list;
    }
    case Kind::String:
        return std::string(static_cast<const char*>(value.pointer));
    case Kind::Device:
        return c10::Device(static_cast<c10::DeviceType>(value.count), static_cast<c10::DeviceIndex>(value.integer));
    case Kind::Generator:
        return *static_cast<const at::Generator*>(value.pointer);
    default:
        return c10::IValue();
    }
}

Value to_value(const c10::IValue& result) {
    Value value{Kind::None, 0, {0}};
    if (result.isTensor()) {
        value.pointer = wrap(result.toTensor());
        value.kind = value.pointer ? Kind::Tensor : Kind::None;
    } else if (result.isInt()) {
        value.kind = Kind::Int;
        value.integer = result.toInt();
    } else if (result.isDouble()) {
        value.kind = Kind::Double;
        value.number = result.toDouble();
    } else if (result.isBool()) {
        value.kind = Kind::Bool;
        value.integer = result.toBool();
    }
    return value;
}

} // namespace

EXPORT const char* torch_last_error() { return last_error.c_str(); }

EXPORT Operator* torch_operator(const char* name, const char* overload) {
    return guarded<Operator*>(nullptr, [&] {
        auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
        auto found = new Operator{handle, {}};
        for (const auto& argument : handle.schema().arguments())
            found->parameters.push_back(describe(argument));
        return found;
    });
}

// Calls an operator. Arguments left out at the end take the schema's defaults. Returns how many results there are, or -1;
// `results` is this thread's until its next call, null where the caller wants none (an operator in place).
EXPORT int32_t torch_call(Operator* op, const Value* arguments, int32_t count, const Value** results) {
    return guarded<int32_t>(-1, [&] {
        static thread_local std::vector<Value> returned;
        torch::jit::Stack stack;
        stack.reserve(op->parameters.size());
        for (size_t i = 0; i < op->parameters.size(); i++)
            stack.push_back(i < static_cast<size_t>(count) ? to_ivalue(arguments[i], op->parameters[i]) : op->parameters[i].otherwise);
        op->handle.callBoxed(&stack);
        if (!results)
            return 0;
        returned.clear();
        for (const auto& result : stack) {
            if (result.isTensorList()) {
                for (const at::Tensor& tensor : result.toTensorVector())
                    returned.push_back(to_value(tensor));
            } else {
                returned.push_back(to_value(result));
            }
        }
        *results = returned.data();
        return static_cast<int32_t>(returned.size());
    });
}
