#include <catch2/catch.hpp>
#include <tte/core/join_rows.hpp>

#include "naive.hpp"

using naive::Data;
using tte::TimeToEvent;

TEST_CASE("rows of one person are joined where one ends and the next starts") {
  const Data joins{{0, 2, 5}, {2, 4, 7}, {0, 0, 1}, {}, {}, {}, {}, {1, 1, 1}};
  const TimeToEvent data(joins.columns());
  CHECK(data.continues(0));
  CHECK(data.resumes(1));
  CHECK_FALSE(data.continues(1));  // a gap follows
  CHECK_FALSE(data.resumes(2));
  CHECK_FALSE(data.continues(2));
}

TEST_CASE("an event, another person, another stratum and a row of freq 0 do not join") {
  const auto joined = [](const Data& d) {
    const TimeToEvent data(d.columns());
    return data.continues(0) || data.resumes(1);
  };
  const Data base{{0, 2}, {2, 4}, {0, 1}, {}, {1, 1}, {1, 1}, {}, {1, 1}};
  CHECK(joined(base));
  Data d = base;
  d.cause = {1, 1};
  CHECK_FALSE(joined(d));
  d = base;
  d.subject = {1, 2};
  CHECK_FALSE(joined(d));
  d = base;
  d.stratum = {1, 2};
  CHECK_FALSE(joined(d));
  d = base;
  d.subject.clear();
  CHECK_FALSE(joined(d));
  d = {{0, 2, 3}, {2, 3, 4}, {0, 0, 1}, {}, {}, {1, 0, 1}, {}, {1, 1, 1}};
  CHECK_FALSE(joined(d));
}

TEST_CASE("joins are those of the definition on random data") {
  naive::each_data([](const Data& d) {
    const TimeToEvent data(d.columns());
    for (std::size_t i = 0; i < data.rows(); ++i) {
      const naive::Row row = naive::row_of(d, static_cast<std::size_t>(data.row(i)), 0);
      REQUIRE(data.continues(i) == row.continues);
      REQUIRE(data.resumes(i) == row.resumes);
    }
  });
}

TEST_CASE("joined rows may meet at times that differ by rounding") {
  const Data d{{0, 2 + 1e-12}, {2, 4}, {0, 1}, {}, {}, {}, {}, {1, 1}};
  CHECK(TimeToEvent(d.columns()).resumes(1));
  CHECK_FALSE(TimeToEvent(d.columns(), false).resumes(1));
}
