/** What the pages have from elsewhere: Leaflet, and what they leave for tests to look at. */

declare const L: any;

interface Window {
  wanggePlan?: any;
}
