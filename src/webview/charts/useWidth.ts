import { useCallback, useRef, useState } from 'preact/hooks';

/** The width of an element in CSS pixels, followed as it changes, so that charts are drawn with letters of normal size. */
export function useWidth<T extends HTMLElement>(initial: number): readonly [(element: T | null) => void, number] {
  const [width, setWidth] = useState(initial);
  const observer = useRef<ResizeObserver | null>(null);
  // A callback, not an effect: a chart without data has no element, and gets one when the data is back.
  const follow = useCallback((element: T | null): void => {
    observer.current?.disconnect();
    observer.current = null;
    if (!element) return;
    const measure = (): void => setWidth(Math.floor(element.clientWidth));
    observer.current = new ResizeObserver(measure);
    observer.current.observe(element);
    measure();
  }, []);
  return [follow, width] as const;
}
