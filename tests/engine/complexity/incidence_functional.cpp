#include <tte/competing/incidence_functional.hpp>

#include "driver.hpp"

int main(int argc, char** argv) {
  return drive(argc, argv, [](const naive::Data& d, const tte::TimeToEvent&) {
    tte::Columns columns = d.columns();
    columns.stratum = {};  // one curve, whatever the shape
    const tte::TimeToEvent data(columns);
    return tte::incidence_functional(data, 2, 5, tte::IncidenceFunctional::area).covariance[0](0, 0);
  });
}
