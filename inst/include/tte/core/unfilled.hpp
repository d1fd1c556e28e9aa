// Vectors for the large arrays of a kernel that are written whole anyway. Their resize() leaves new numbers
// as they are, so that nothing is filled with zeros first and the threads that write are the first to touch
// the pages. On Linux they ask for pages of 2 MB: taking and finding small pages is a third of the time of
// one pass over a million numbers in an order of its own.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace tte::detail {

constexpr std::size_t large_page = std::size_t{1} << 21;

#if defined(__linux__)
inline void* allocate_pages(std::size_t bytes) {
  void* at = std::aligned_alloc(large_page, (bytes + large_page - 1) / large_page * large_page);
  if (at == nullptr) throw std::bad_alloc();
  madvise(at, bytes, MADV_HUGEPAGE);  // a wish: nothing is wrong where it is not granted
  return at;
}
inline void free_pages(void* at) { std::free(at); }
#else
inline void* allocate_pages(std::size_t bytes) { return ::operator new(bytes); }
inline void free_pages(void* at) { ::operator delete(at); }
#endif

template <class T>
struct LeaveUnfilled : std::allocator<T> {
  template <class Other>
  struct rebind {
    using other = LeaveUnfilled<Other>;
  };
  T* allocate(std::size_t count) {
    if (count < large_page / sizeof(T)) return std::allocator<T>::allocate(count);
    if (count > static_cast<std::size_t>(-1) / sizeof(T) - large_page) throw std::bad_alloc();
    return static_cast<T*>(allocate_pages(count * sizeof(T)));
  }
  void deallocate(T* at, std::size_t count) {
    if (count < large_page / sizeof(T)) return std::allocator<T>::deallocate(at, count);
    free_pages(at);
  }
  template <class Element>
  void construct(Element* at) {
    ::new (static_cast<void*>(at)) Element;
  }
  template <class Element, class... From>
  void construct(Element* at, From&&... from) {
    ::new (static_cast<void*>(at)) Element(std::forward<From>(from)...);
  }
};

template <class T>
using Unfilled = std::vector<T, LeaveUnfilled<T>>;

}  // namespace tte::detail
