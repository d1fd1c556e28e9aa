// Every path of iRECIST: all sequences of visits from small alphabets, through the engine and through a slow
// transcription of the clinical rules (1.3, 1.5, 2.1) that looks back over the whole history at every visit.
#include <catch2/catch.hpp>
#include <tte/response/irecist.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

using tte::Category;
using tte::ImmuneResponse;
using tte::ImmuneStep;
using tte::ImmuneWindow;
using tte::NewLesionRelief;

namespace {

enum class Fresh { none, same, more, less, another, unequivocal };

// What happens at a visit: target sum in mm (-1: not measured), non-target lesions and whether they grew (1)
// or shrank (-1), new lesions, and days since the visit before.
struct Letter {
  int mm = 90;
  Category others = Category::none;
  int others_change = 0;
  Fresh fresh = Fresh::none;
  int gap = 42;
  bool symptoms = false;
  bool partial = false;
};

// What is known at a visit, from the baseline on. Sums are tenths of a mm.
struct Visit {
  Letter letter;
  int day = 0;
  std::int64_t sum = 1000, fresh_sum = 0;
  int known = 0;
  bool there = false, appeared = false, fresh_larger = false, fresh_smaller = false;
};

struct Trial {
  bool targets = true, measured = true;  // are there targets, are new lesions measured
};

Visit next_visit(const Visit& before, const Letter& letter, const Trial& trial) {
  Visit v;
  v.letter = letter;
  v.day = before.day + letter.gap;
  v.sum = std::max(0, 10 * letter.mm);
  v.known = before.known;
  v.there = letter.fresh != Fresh::none;
  if (v.there && (letter.fresh == Fresh::another || v.known == 0)) ++v.known;
  v.appeared = v.known > before.known;
  const bool back = v.there && !before.there && !v.appeared;
  if (trial.measured) {
    const int change = letter.fresh == Fresh::more ? 60 : letter.fresh == Fresh::less ? -30 : 0;
    const std::int64_t old = back ? 100 : before.fresh_sum + (v.appeared ? 100 : 0);
    if (v.there) v.fresh_sum = std::max<std::int64_t>(10, old + (v.appeared ? 0 : change));
    return v;
  }
  v.fresh_larger = back || letter.fresh == Fresh::more;
  v.fresh_smaller = (!v.there && before.there) || letter.fresh == Fresh::less;
  return v;
}

bool unequivocal(const Visit& v) { return v.letter.fresh == Fresh::unequivocal; }
bool others_disease(const Visit& v) {
  return v.letter.others == Category::NN || v.letter.others == Category::PD;
}
bool seen(const Visit& v) { return v.letter.mm >= 0; }
bool complete(const Visit& v) { return seen(v) && !v.letter.partial; }

// ---- the rules, transcribed ----

struct Said {
  ImmuneResponse overall = ImmuneResponse::missing;
  ImmuneStep step = ImmuneStep::none;
  ImmuneWindow window = ImmuneWindow::none;
  NewLesionRelief relief = NewLesionRelief::none;
  int causes = 0, confirmed_by = 0, block = 0;

  auto all() const { return std::tie(overall, step, window, relief, causes, confirmed_by, block); }
};

class Slow {
 public:
  Slow(const std::vector<Visit>& visits, const Trial& trial) : v_(visits), trial_(trial) {
    for (std::size_t t = 1; t < v_.size(); ++t) {
      target_.push_back(target(t));
      Said after;
      after.step = ImmuneStep::after_end;
      said_.push_back(ended_ ? after : say(t));
    }
  }

  const std::vector<Said>& said() const { return said_; }

 private:
  const std::vector<Visit>& v_;
  const Trial& trial_;
  std::vector<Category> target_;  // of visit 1, 2, ...
  std::vector<Said> said_;
  std::size_t first_ = 0;  // visit of the open block's first iUPD, 0: none is open
  int progressed_ = 0;     // categories that were iUPD in it
  int blocks_ = 0;
  bool ended_ = false;

  // 1.3, first match wins
  Category target(std::size_t t) const {
    if (!trial_.targets) return Category::none;
    if (!seen(v_[t])) return Category::NE;
    if (complete(v_[t]) && v_[t].sum == 0) return Category::CR;
    std::int64_t nadir = v_[0].sum;
    for (std::size_t k = 1; k < t; ++k)
      if (complete(v_[k])) nadir = std::min(nadir, v_[k].sum);
    const std::int64_t rise = v_[t].sum - nadir;
    if (5 * rise >= nadir && rise >= 50) return Category::PD;
    if (!complete(v_[t])) return Category::NE;
    if (10 * (v_[0].sum - v_[t].sum) >= 3 * v_[0].sum) return Category::PR;
    return stays_partial(t) ? Category::PR : Category::SD;
  }

  bool stays_partial(std::size_t t) const {
    for (std::size_t k = t - 1; k >= 1; --k) {
      if (target_[k - 1] == Category::PD) return false;
      if (target_[k - 1] == Category::PR || target_[k - 1] == Category::CR) return true;
    }
    return false;
  }

  // 1.5, the rows without a new lesion and without progression
  ImmuneResponse base(std::size_t t) const {
    const Category targets = target_[t - 1], others = v_[t].letter.others;
    const bool clear = others == Category::CR || others == Category::none;
    if (!trial_.targets) {
      if (others == Category::none) return v_[t].there ? ImmuneResponse::NN : ImmuneResponse::NED;
      if (others == Category::CR) return v_[t].there ? ImmuneResponse::NN : ImmuneResponse::iCR;
      return others == Category::NN ? ImmuneResponse::NN : ImmuneResponse::NE;
    }
    if (targets == Category::NE) return ImmuneResponse::NE;
    if (targets == Category::SD) return ImmuneResponse::iSD;
    return targets == Category::CR && clear && !v_[t].there ? ImmuneResponse::iCR : ImmuneResponse::iPR;
  }

  // A new lesion makes progression when it appears; a known one by 20 % and 5 mm on the nadir of their sum
  // (which begins anew with another lesion), or unequivocally.
  bool new_progression(std::size_t t) const {
    if (v_[t].appeared || unequivocal(v_[t])) return true;
    if (v_[t - 1].known == 0) return false;
    std::int64_t nadir = v_[t - 1].fresh_sum;
    for (std::size_t k = t - 1; !v_[k].appeared; --k) nadir = std::min(nadir, v_[k - 1].fresh_sum);
    const std::int64_t rise = v_[t].fresh_sum - nadir;
    return 5 * rise >= nadir && rise >= 50;
  }

  bool any_disease(std::size_t t) const {
    return (seen(v_[t]) && v_[t].sum > 0) || others_disease(v_[t]) || v_[t].there;
  }

  int causes(std::size_t t) const {
    const bool was_complete = std::any_of(said_.begin(), said_.end(),
                                          [](const Said& s) { return s.overall == ImmuneResponse::iCR; });
    int out = 0;
    if (target_[t - 1] == Category::PD) out += tte::target_disease;
    if (v_[t].letter.others == Category::PD) out += tte::non_target_disease;
    if (new_progression(t)) out += tte::new_disease;
    if (was_complete && any_disease(t)) out += tte::reappeared_disease;
    return out;
  }

  // What came back after an iCR belongs to the categories that were iUPD.
  int were_iupd(std::size_t t, int causes) const {
    if ((causes & tte::reappeared_disease) == 0) return causes;
    if (others_disease(v_[t])) causes |= tte::non_target_disease;
    if (v_[t].there) causes |= tte::new_disease;
    return causes;
  }

  Said say(std::size_t t) {
    Said s;
    s.causes = causes(t);
    if (first_ > 0) {
      say_open(t, s);
    } else if (s.causes > 0) {
      first_ = t;
      progressed_ = were_iupd(t, s.causes);
      s.overall = ImmuneResponse::iUPD;
      s.step = ImmuneStep::opened;
      s.block = ++blocks_;
    } else {
      s.overall = base(t);
      s.step = s.overall == ImmuneResponse::NE ? ImmuneStep::not_evaluable : ImmuneStep::as_recist;
    }
    return s;
  }

  void say_open(std::size_t t, Said& s) {
    const int days = v_[t].day - v_[first_].day;
    s.block = blocks_;
    s.window = days < 28 - 2 ? ImmuneWindow::early : days > 56 ? ImmuneWindow::late : ImmuneWindow::within;
    s.confirmed_by = confirming(t, s.causes);
    const bool exception = v_[t].letter.symptoms && v_[t].appeared;
    const bool unknown_there = base(t) == ImmuneResponse::NE && v_[t].there;
    s.overall = ImmuneResponse::iUPD;
    s.step = ImmuneStep::no_change;
    if (s.confirmed_by > 0 && (s.window != ImmuneWindow::early || exception)) {
      s.overall = ImmuneResponse::iCPD;
      s.step = ImmuneStep::confirmed;
      ended_ = true;
    } else if (s.confirmed_by > 0) {
      s.step = ImmuneStep::too_early;
    } else if (s.causes == 0 && base(t) == ImmuneResponse::NE) {
      if (!unknown_there) s.overall = ImmuneResponse::NE;
      if (!unknown_there) s.step = ImmuneStep::not_evaluable;
    } else if (s.causes == 0 && has_left(t, s)) {
      s.overall = base(t);
      s.step = ImmuneStep::superseded;
      first_ = 0;
    }
    progressed_ |= were_iupd(t, s.causes);
  }

  bool was(int category) const { return (progressed_ & category) != 0; }

  // The last change since the block's first iUPD.
  template <class Change>
  int last_change(std::size_t t, Change change) const {
    for (std::size_t k = t; k > first_; --k)
      if (change(v_[k]) != 0) return change(v_[k]);
    return 0;
  }

  int others_change(std::size_t t) const {
    return last_change(t, [](const Visit& v) { return v.letter.others_change; });
  }
  int fresh_change(std::size_t t) const {
    return last_change(t, [](const Visit& v) { return v.fresh_larger ? 1 : v.fresh_smaller ? -1 : 0; });
  }

  // Sum of the targets at the block's first iUPD, or the first complete one after it; -1: none yet.
  std::int64_t block_sum(std::size_t t) const {
    for (std::size_t k = first_; k < t; ++k)
      if (complete(v_[k])) return v_[k].sum;
    return -1;
  }

  int confirming(std::size_t t, int causes) const {
    int by = 0;
    const std::int64_t then = block_sum(t);
    if (was(tte::target_disease) && then >= 0 && seen(v_[t]) && v_[t].sum >= then + 50)
      by += tte::target_sum_grew;
    if (was(tte::non_target_disease) && others_change(t) > 0) by += tte::non_target_grew;
    if (v_[t - 1].known > 0) {
      if (v_[t].fresh_sum >= v_[first_].fresh_sum + 50) by += tte::new_sum_grew;
      if (fresh_change(t) > 0) by += tte::new_other_grew;
      if (v_[t].known > v_[first_].known) by += tte::another_new_lesion;
    }
    const auto newly = [&](int category) { return (causes & category) != 0 && !was(category); };
    if (newly(tte::target_disease)) by += tte::new_target_progression;
    if (newly(tte::non_target_disease)) by += tte::new_non_target_progression;
    if (newly(tte::new_disease)) by += tte::first_new_progression;
    return by;
  }

  bool has_left(std::size_t t, Said& s) const {
    if (was(tte::non_target_disease) && v_[t].letter.others == Category::NE) return false;
    if (!was(tte::new_disease)) return true;
    if (!v_[t].there) {
      s.relief = NewLesionRelief::gone;
    } else if (v_[t].fresh_sum < v_[first_].fresh_sum ||
               (v_[t].fresh_sum == v_[first_].fresh_sum && fresh_change(t) < 0)) {
      s.relief = NewLesionRelief::smaller;
    } else if (better(worth(t), worth(first_))) {
      s.relief = NewLesionRelief::better_elsewhere;
    }
    return s.relief != NewLesionRelief::none;
  }

  Category worth(std::size_t t) const { return trial_.targets ? target_[t - 1] : v_[t].letter.others; }

  static bool better(Category now, Category then) {
    const std::vector<Category> order{Category::CR, Category::PR, Category::SD, Category::NN, Category::PD};
    const auto a = std::find(order.begin(), order.end(), now),
               b = std::find(order.begin(), order.end(), then);
    return a != order.end() && b != order.end() && a < b;
  }
};

// ---- the engine on the same visits ----

tte::Findings findings(const Visit& v, bool baseline) {
  tte::Findings f = tte::sum_findings(seen(v) ? v.sum : -1, complete(v), false);
  f.role = baseline ? tte::VisitRole::baseline : tte::VisitRole::follow_up;
  f.day = f.first_day = f.target_day = f.non_target_day = f.disease_day = v.day;
  f.non_target = v.letter.others;
  f.non_target_disease = others_disease(v);
  f.new_lesion = v.there ? tte::NewLesion::yes : tte::NewLesion::no;
  return f;
}

tte::ImmuneFindings immune_findings(const Visit& v, const Trial& trial) {
  tte::ImmuneFindings f;
  f.known = v.known;
  f.there = v.there;
  f.measured = trial.measured && v.known > 0;
  f.sum = v.fresh_sum;
  f.larger = v.fresh_larger;
  f.smaller = v.fresh_smaller;
  f.unequivocal = unequivocal(v);
  f.non_target_larger = v.letter.others_change > 0;
  f.non_target_smaller = v.letter.others_change < 0;
  f.symptoms = v.letter.symptoms;
  if (v.appeared) f.appeared_day = v.day;
  if (v.there) f.seen_day = f.sum_day = v.day;
  return f;
}

// How often the engine came to what.
struct Reached {
  std::size_t sequences = 0, visits = 0, wrong = 0;
  std::map<std::pair<int, int>, std::size_t>
      transition;  // step of a visit and of the next; 0 first: the start
  std::map<int, std::size_t> step, cause, confirmed_by, relief, window, overall;
  std::string first_wrong;

  void add(const Reached& other) {
    sequences += other.sequences;
    visits += other.visits;
    for (const auto& [key, n] : other.transition) transition[key] += n;
    for (const auto member : {&Reached::step, &Reached::cause, &Reached::confirmed_by, &Reached::relief,
                              &Reached::window, &Reached::overall}) {
      for (const auto& [key, n] : other.*member) (this->*member)[key] += n;
    }
  }

  void count(const tte::ImmuneCall& call, int before) {
    ++visits;
    ++transition[{before, static_cast<int>(call.step)}];
    ++step[static_cast<int>(call.step)];
    ++relief[static_cast<int>(call.relief)];
    ++window[static_cast<int>(call.window)];
    ++overall[static_cast<int>(call.overall)];
    for (int bit = 1; bit <= 128; bit *= 2) {
      if ((call.causes & bit) != 0) ++cause[bit];
      if ((call.confirmed_by & bit) != 0) ++confirmed_by[bit];
    }
  }
};

std::string described(const std::vector<Visit>& visits) {
  std::string out;
  for (std::size_t t = 1; t < visits.size(); ++t) {
    const Letter& l = visits[t].letter;
    out += "day " + std::to_string(visits[t].day) + ": " + std::to_string(l.mm) + " mm, non-target " +
           std::to_string(static_cast<int>(l.others)) + " (" + std::to_string(l.others_change) + "), new " +
           std::to_string(static_cast<int>(l.fresh)) + "; ";
  }
  return out;
}

// All sequences of this length that begin with one letter, through the engine in one call.
void compare(const std::vector<Letter>& letters, std::size_t first, int length, const Trial& trial,
             Reached& reached) {
  std::vector<std::vector<Visit>> all{{Visit{}}};
  if (trial.targets == false) all[0][0].sum = 0;
  all[0][0].letter.others = Category::NN;
  all[0].push_back(next_visit(all[0][0], letters[first], trial));
  for (int k = 1; k < length; ++k) {
    std::vector<std::vector<Visit>> longer;
    longer.reserve(all.size() * letters.size());
    for (const auto& visits : all) {
      for (const Letter& letter : letters) {
        longer.push_back(visits);
        longer.back().push_back(next_visit(visits.back(), letter, trial));
      }
    }
    all.swap(longer);
  }
  std::vector<tte::Findings> found;
  std::vector<tte::ImmuneFindings> more;
  std::vector<std::int32_t> offset{0}, targets;
  for (const auto& visits : all) {
    for (std::size_t t = 0; t < visits.size(); ++t) {
      found.push_back(findings(visits[t], t == 0));
      more.push_back(immune_findings(visits[t], trial));
    }
    offset.push_back(static_cast<std::int32_t>(found.size()));
    targets.push_back(trial.targets ? 1 : 0);
  }
  const tte::Histories histories{offset, found, targets};
  const auto calls = tte::irecist(histories, more, tte::recist(histories, {}), {}, {});
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Slow slow(all[i], trial);
    int before = 0;
    for (std::size_t t = 1; t < all[i].size(); ++t) {
      const tte::ImmuneCall& call = calls[static_cast<std::size_t>(offset[i]) + t];
      const Said engine{call.overall, call.step,         call.window, call.relief,
                        call.causes,  call.confirmed_by, call.block};
      reached.count(call, before);
      before = static_cast<int>(call.step);
      if (engine.all() == slow.said()[t - 1].all()) continue;
      if (reached.wrong++ == 0) reached.first_wrong = described(all[i]) + "at visit " + std::to_string(t);
    }
    ++reached.sequences;
  }
}

Reached compare_all(const std::vector<Letter>& letters, int length, const Trial& trial = {}) {
  Reached reached;
  for (std::size_t first = 0; first < letters.size(); ++first)
    compare(letters, first, length, trial, reached);
  INFO(reached.first_wrong);
  CHECK(reached.wrong == 0);
  return reached;
}

// An alphabet: every sum with every state of the non-target and of the new lesions.
struct Others {
  Category state;
  int change;
};
const Others none{Category::none, 0}, persist{Category::NN, 0}, gone{Category::CR, 0},
    unknown{Category::NE, 0}, worse{Category::PD, 0}, larger{Category::PD, 1}, shrank{Category::NN, -1},
    grew{Category::NN, 1};

std::vector<Letter> alphabet(const std::vector<int>& sums, const std::vector<Others>& others,
                             const std::vector<Fresh>& fresh) {
  std::vector<Letter> out;
  for (const int mm : sums)
    for (const Others& o : others)
      for (const Fresh f : fresh) out.push_back({mm, o.state, o.change, f});
  return out;
}

template <class... More>
std::vector<Letter> with(std::vector<Letter> letters, const More&... more) {
  (letters.push_back(more), ...);
  return letters;
}

const Letter not_evaluable{-1, Category::NE};

}  // namespace

TEST_CASE("every path of the state machine is as in the rules, and every one of them is reached") {
  const auto measured = {Fresh::none, Fresh::same, Fresh::more, Fresh::less, Fresh::another};
  std::vector<Letter> timed;
  for (const int gap : {10, 42, 70})
    for (const Letter& l : alphabet({90, 120, 126}, {persist}, {Fresh::none, Fresh::another}))
      timed.push_back({l.mm, l.others, 0, l.fresh, gap});
  timed.push_back({-1, Category::NE, 0, Fresh::none, 10});
  for (const Fresh fresh : {Fresh::same, Fresh::another})
    timed.push_back({90, Category::NN, 0, fresh, 10, true});
  const Letter incomplete{126, Category::NN, 0, Fresh::none, 42, false, true};
  const Letter incomplete_alone{120, Category::none, 0, Fresh::none, 42, false, true};
  const Letter nothing{-1, Category::none};
  const std::vector<std::tuple<std::string, std::vector<Letter>, int, Trial>> trials{
      {"targets with non-target and new lesions",
       with(alphabet({0, 60, 90, 120, 126}, {gone, larger}, {Fresh::none, Fresh::same, Fresh::more}),
            not_evaluable),
       4,
       {}},
      {"everything at three visits",
       with(alphabet({-1, 60, 90, 126}, {persist, worse, larger, unknown},
                     {Fresh::none, Fresh::same, Fresh::more, Fresh::another}),
            incomplete),
       3,
       {}},
      {"targets and new lesions for long",
       with(alphabet({60, 90, 120, 126}, {none}, {Fresh::none, Fresh::same, Fresh::more}), nothing,
            incomplete_alone),
       5,
       {}},
      {"non-target lesions that grow and shrink",
       with(alphabet({90, 120}, {gone, persist, grew, shrank, worse, larger}, {Fresh::none}), not_evaluable),
       5,
       {}},
      {"early, due and late scans", with(timed, not_evaluable), 4, {}},
      {"new lesions that are not measured",
       with(
           alphabet({60, 90, 120}, {none},
                    {Fresh::none, Fresh::same, Fresh::more, Fresh::less, Fresh::another, Fresh::unequivocal}),
           nothing),
       4,
       {true, false}},
      {"no targets", alphabet({-1}, {gone, persist, worse, larger, unknown}, measured), 3, {false, true}},
      {"no disease", alphabet({-1}, {none}, measured), 6, {false, true}}};
  Reached all;
  for (const auto& [name, letters, length, trial] : trials) {
    INFO(name);
    const Reached reached = compare_all(letters, length, trial);
    all.add(reached);
  }
  CHECK(all.sequences == 2503090u);
  CHECK(all.visits == 10662477u);
  const auto counts = [](const std::map<int, std::size_t>& found, const std::vector<int>& codes) {
    for (const int code : codes) {
      INFO(code);
      CHECK(found.count(code) == 1);
    }
    CHECK(found.size() == codes.size());
  };
  counts(all.overall, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  counts(all.step, {1, 2, 3, 4, 5, 6, 7, 8});
  counts(all.window, {0, 1, 2, 3});
  counts(all.relief, {0, 1, 2, 3});
  counts(all.cause, {1, 2, 4, 8});
  counts(all.confirmed_by, {1, 2, 4, 8, 16, 32, 64, 128});
  // Without an open block a visit is as by RECIST 1.1, not evaluable or the first iUPD; with one it confirms,
  // is too early to, changes nothing, supersedes, or is not evaluable. Of one that is not evaluable either
  // may be so.
  std::set<std::pair<int, int>> possible{{4, 8}, {8, 8}};
  for (const int before : {0, 1, 7, 2})
    for (const int now : {1, 2, 3}) possible.insert({before, now});
  for (const int before : {3, 5, 6, 2})
    for (const int now : {2, 4, 5, 6, 7}) possible.insert({before, now});
  for (const auto& [before, now] : possible) {
    INFO(before << " to " << now);
    CHECK(all.transition.count({before, now}) == 1);
  }
  CHECK(all.transition.size() == possible.size());
}
