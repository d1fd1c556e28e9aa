// Argument checks of the public engine functions: they throw, they never abort.
#pragma once

#include <stdexcept>
#include <string>

namespace tte {

/// Thrown when an argument breaks the contract of a public engine function.
class InvalidInput : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

inline void expects(bool holds, const char* broken_rule) {
  if (!holds) throw InvalidInput(broken_rule);
}

}  // namespace tte
