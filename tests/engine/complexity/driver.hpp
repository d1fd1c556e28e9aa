// A program that tools/complexity counts: `driver SHAPE n WORK` makes data of n rows and, if WORK is 1, works
// on them once. What making the data costs is counted with WORK 0 and taken off.
#pragma once

#include <tte/core/time_to_event.hpp>

#include <cstdlib>
#include <string>

#include "../naive.hpp"

inline naive::Shape shape_called(const std::string& name, std::size_t n) {
  naive::Shape shape;
  shape.n = n;
  shape.causes = 2;
  shape.covariates = 3;
  if (name == "days") shape.distinct = 1000;
  if (name == "tied") shape.distinct = 10;
  if (name == "late") shape.late = true;
  if (name == "strata") {
    shape.strata = static_cast<std::int32_t>(n / 20 + 1);
    shape.late = true;
  }
  return shape;
}

/// Where a driver leaves a number of its result, so that the work cannot be left out.
inline volatile double kept = 0;

template <class Work>
int drive(int argc, char** argv, Work work) {
  if (argc != 4) return EXIT_FAILURE;
  const auto n = static_cast<std::size_t>(std::strtoul(argv[2], nullptr, 10));
  const naive::Data d = naive::random_data(shape_called(argv[1], n), 1);
  const tte::TimeToEvent data(d.columns());
  if (std::string(argv[3]) == "1") kept = work(d, data);
  return EXIT_SUCCESS;
}
