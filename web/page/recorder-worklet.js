// Runs on the audio thread: hands on what the microphone gives, mixed down, in parts of some 40 milliseconds.

const PART = 2048;

class Recorder extends AudioWorkletProcessor {
  constructor() {
    super();
    this.part = new Float32Array(PART);
    this.filled = 0;
  }

  process([channels]) {
    const frames = channels.length > 0 ? channels[0].length : 0;
    for (let index = 0; index < frames; index += 1) {
      let sum = 0;
      for (const channel of channels) sum += channel[index];
      this.part[this.filled] = sum / channels.length;
      this.filled += 1;
      if (this.filled === PART) {
        this.port.postMessage(this.part.slice());
        this.filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("recorder", Recorder);
